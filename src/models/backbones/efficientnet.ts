import { chain, convolutionPart, type Part } from './chain.js';
import { divisibleBy8, invertedResidual } from './inverted-residual.js';
import { timmNames, torchvisionNames, type MobileNaming } from './mobile-names.js';
import type { Network } from './network.js';

/** Widening, size of the filter, stride, channels and blocks of a stage of B0. */
const STAGES: readonly (readonly [widening: number, size: number, stride: number, to: number, blocks: number])[] = [
  [1, 3, 1, 16, 1],
  [6, 3, 2, 24, 2],
  [6, 5, 2, 40, 2],
  [6, 3, 2, 80, 3],
  [6, 5, 1, 112, 3],
  [6, 5, 2, 192, 4],
  [6, 3, 1, 320, 1],
];
const STEM = 32;

export interface EfficientnetOptions {
  /** How much wider and deeper than B0: 1.4 and 1.8 in B4. */
  readonly width: number;
  readonly depth: number;
  readonly naming: MobileNaming;
  /** Of the batch normalisation. */
  readonly epsilon: number;
  /** The padding of TensorFlow, whose trainings timm took over as `tf_efficientnet_*`; by default torch's. */
  readonly same?: boolean;
}

/**
 * Tan and Le, EfficientNet, ICML 2019. Taps, in either naming:
 * `features.0` (the stem) to `features.8` (the last convolution), as torchvision numbers them.
 */
export function efficientnet({ width, depth, naming, epsilon, same = false }: EfficientnetOptions): Network {
  const torchvision = naming === 'torchvision';
  const outer = (timm: readonly [string, string], index: number) => {
    const [name, norm] = torchvision ? [`features.${index}.0`, `features.${index}.1`] : timm;
    return { name, norm: { name: norm, epsilon }, activation: 'silu' as const };
  };
  let from = divisibleBy8(STEM * width);
  const stem = outer(['conv_stem', 'bn1'], 0);
  const parts: Part[] = [
    convolutionPart({ ...stem, from: 3, to: from, size: 3, stride: 2, pad: same ? 'same' : 1 }, 'features.0'),
  ];
  for (const [stage, [widening, size, stageStride, channels, count]] of STAGES.entries()) {
    const to = divisibleBy8(channels * width);
    const blocks = Math.ceil(count * depth);
    for (let i = 0; i < blocks; i++) {
      const inner = from * widening;
      const widens = inner !== from;
      const block = {
        names: torchvision
          ? torchvisionNames(`features.${stage + 1}.${i}.block`, widens, true)
          : timmNames(`blocks.${stage}.${i}`, widens),
        squeeze: Math.max(1, Math.floor(from / 4)),
        activation: 'silu' as const,
        squeezeActivation: 'silu' as const,
        gate: 'sigmoid' as const,
        same,
      };
      const stride = i === 0 ? stageStride : 1;
      const tap = i === blocks - 1 ? `features.${stage + 1}` : undefined;
      parts.push(invertedResidual({ ...block, from, inner, to, size, stride, epsilon }, tap));
      from = to;
    }
  }
  const end = outer(['conv_head', 'bn2'], STAGES.length + 1);
  parts.push(convolutionPart({ ...end, from, to: 4 * from, size: 1 }, `features.${STAGES.length + 1}`));
  return chain(parts, /^classifier(\.1)?\.(weight|bias)$|\.num_batches_tracked$/);
}
