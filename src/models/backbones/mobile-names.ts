import type { InvertedResidualNames } from './inverted-residual.js';

/** How a checkpoint of MobileNetV3 or EfficientNet names its tensors. */
export type MobileNaming = 'torchvision' | 'timm';

/**
 * Names below torchvision's `features.N.block` or `features.N.M.block`: a list in which an absent convolution shifts what follows.
 *
 * @param prefix with `.block`
 */
export function torchvisionNames(prefix: string, widens: boolean, squeezes: boolean): InvertedResidualNames {
  const depthwise = widens ? 1 : 0;
  const squeeze = depthwise + 1;
  const project = squeezes ? squeeze + 1 : squeeze;
  const pair = (i: number): [string, string] => [`${prefix}.${i}.0`, `${prefix}.${i}.1`];
  return {
    expand: pair(0),
    depthwise: pair(depthwise),
    squeeze: [`${prefix}.${squeeze}.fc1`, `${prefix}.${squeeze}.fc2`],
    project: pair(project),
  };
}

/** Names below timm's `blocks.STAGE.N`: a block that does not widen is another class there, with other names. */
export function timmNames(prefix: string, widens: boolean): InvertedResidualNames {
  const pair = (convolution: string, norm: string): [string, string] => [
    `${prefix}.${convolution}`,
    `${prefix}.${norm}`,
  ];
  return {
    expand: pair('conv_pw', 'bn1'),
    depthwise: widens ? pair('conv_dw', 'bn2') : pair('conv_dw', 'bn1'),
    squeeze: [`${prefix}.se.conv_reduce`, `${prefix}.se.conv_expand`],
    project: widens ? pair('conv_pwl', 'bn3') : pair('conv_pw', 'bn2'),
  };
}
