import type { Activation } from './activation.js';
import { chain, convolutionPart, type Part } from './chain.js';
import { divisibleBy8, invertedResidual } from './inverted-residual.js';
import { timmNames, torchvisionNames, type MobileNaming } from './mobile-names.js';
import type { Network } from './network.js';

/** Size of the filter, channels inside and after, squeeze-and-excitation, hard-swish in place of ReLU, stride. */
type Row = readonly [size: number, inner: number, to: number, squeeze: boolean, swish: boolean, stride: number];

const ROWS: Readonly<Record<'small' | 'large', readonly Row[]>> = {
  small: [
    [3, 16, 16, true, false, 2],
    [3, 72, 24, false, false, 2],
    [3, 88, 24, false, false, 1],
    [5, 96, 40, true, true, 2],
    [5, 240, 40, true, true, 1],
    [5, 240, 40, true, true, 1],
    [5, 120, 48, true, true, 1],
    [5, 144, 48, true, true, 1],
    [5, 288, 96, true, true, 2],
    [5, 576, 96, true, true, 1],
    [5, 576, 96, true, true, 1],
  ],
  large: [
    [3, 16, 16, false, false, 1],
    [3, 64, 24, false, false, 2],
    [3, 72, 24, false, false, 1],
    [5, 72, 40, true, false, 2],
    [5, 120, 40, true, false, 1],
    [5, 120, 40, true, false, 1],
    [3, 240, 80, false, true, 2],
    [3, 200, 80, false, true, 1],
    [3, 184, 80, false, true, 1],
    [3, 184, 80, false, true, 1],
    [3, 480, 112, true, true, 1],
    [3, 672, 112, true, true, 1],
    [5, 672, 160, true, true, 2],
    [5, 960, 160, true, true, 1],
    [5, 960, 160, true, true, 1],
  ],
};
/** Blocks of timm's stages. */
const STAGES = { small: [1, 2, 3, 2, 3], large: [1, 2, 3, 4, 2, 3] };
const STEM = 16;

export interface MobilenetV3Options {
  readonly size: 'small' | 'large';
  readonly naming: MobileNaming;
  /** Of the batch normalisation: 1e-3 in torchvision, 1e-5 in timm. */
  readonly epsilon: number;
  /** The padding of TensorFlow, whose trainings timm took over as `tf_mobilenetv3_*`; by default torch's. */
  readonly same?: boolean;
}

/**
 * Howard et al., Searching for MobileNetV3, ICCV 2019. Taps, in either naming: `features.0` (the stem) to
 * `features.12` or `features.16` (the last convolution before the pooling), as torchvision numbers them.
 */
export function mobilenetV3({ size, naming, epsilon, same = false }: MobilenetV3Options): Network {
  const rows = ROWS[size];
  const torchvision = naming === 'torchvision';
  const places = STAGES[size].flatMap((count, stage) =>
    Array.from({ length: count }, (_, i) => `blocks.${stage}.${i}`),
  );
  const outer = (timm: readonly [string, string], index: number) => {
    const [name, norm] = torchvision ? [`features.${index}.0`, `features.${index}.1`] : timm;
    return { name, norm: { name: norm, epsilon }, activation: 'hardswish' as const };
  };
  const stem = outer(['conv_stem', 'bn1'], 0);
  const parts: Part[] = [
    convolutionPart({ ...stem, from: 3, to: STEM, size: 3, stride: 2, pad: same ? 'same' : 1 }, 'features.0'),
  ];
  let from = STEM;
  for (const [i, [filter, inner, to, squeeze, swish, stride]] of rows.entries()) {
    const widens = inner !== from;
    const block = {
      names: torchvision ? torchvisionNames(`features.${i + 1}.block`, widens, squeeze) : timmNames(places[i], widens),
      squeeze: squeeze ? divisibleBy8(inner / 4) : null,
      activation: (swish ? 'hardswish' : 'relu') as Activation,
      squeezeActivation: 'relu' as const,
      gate: 'hardsigmoid' as const,
      same,
    };
    parts.push(invertedResidual({ ...block, from, inner, to, size: filter, stride, epsilon }, `features.${i + 1}`));
    from = to;
  }
  const last = `blocks.${STAGES[size].length}.0`;
  const end = outer([`${last}.conv`, `${last}.bn1`], rows.length + 1);
  parts.push(convolutionPart({ ...end, from, to: 6 * from, size: 1 }, `features.${rows.length + 1}`));
  return chain(parts, /^(classifier(\.\d)?|conv_head)\.(weight|bias)$|\.num_batches_tracked$/);
}
