import { resample } from '../../ops/resample.js';
import type { Random } from '../../runtime/random.js';
import { tf, type Scalar, type Tensor4D } from '../../runtime/tf.js';
import { batchNorm } from '../nets/batch-norm.js';
import { convolution } from '../nets/convolution.js';
import type { Module, Pass } from '../nets/module.js';
import { rectified } from '../nets/rectified.js';
import { residual } from '../nets/residual.js';
import { sequence } from '../nets/sequence.js';
import { channelsOf, doubled, halving } from './coder.js';
import type { DenoisingUnetParams } from './denoising-unet-params.js';
import { ReconstructionDetector } from './reconstruction-detector.js';
import type { ReconstructionMethod } from './reconstruction-method.js';
import { squaredError } from './squared-error.js';

/**
 * A U-Net of residual blocks that takes coarse noise off good pictures (Kascenas, Pugeault and O'Neil, Denoising Autoencoders for
 * Unsupervised Anomaly Detection in Brain MRI, MIDL 2022). Without the noise its short ways would let it copy every picture, defects too.
 */
export class DenoisingUnet extends ReconstructionDetector<DenoisingUnetParams> {
  constructor(params: DenoisingUnetParams) {
    super('ae_resnet_unet', params, denoisingUnetMethod(params), ['levels']);
  }
}

export function denoisingUnetMethod(params: DenoisingUnetParams): ReconstructionMethod {
  const { width, levels, noise_std } = params;
  const down = Array.from({ length: levels }, (_, i) => {
    const [from, to] = [channelsOf(width, Math.max(0, i - 1)), channelsOf(width, i)];
    return sequence([halving(`down.${i}`, i === 0 ? width : from, to), block(`down.${i}.block`, to)]);
  });
  const stem = sequence([convolution({ name: 'stem', from: 3, to: width, size: 3 }), rectified]);
  const up = Array.from({ length: levels }, (_, i) => {
    const level = levels - 1 - i;
    const across = level === 0 ? width : channelsOf(width, level - 1);
    return sequence([
      convolution({ name: `up.${i}.join`, from: channelsOf(width, level) + across, to: across, size: 3, bias: false }),
      batchNorm(`up.${i}.norm`, across),
      rectified,
      block(`up.${i}.block`, across),
    ]);
  });
  const out = convolution({ name: 'out', from: width, to: 3, size: 1 });
  const modules = [stem, ...down, ...up, out];
  const cleaned = (x: Tensor4D, pass: Pass): Tensor4D => {
    const ways: Tensor4D[] = [stem.apply(x, pass)];
    for (const step of down) ways.push(step.apply(ways[ways.length - 1], pass));
    let y = ways.pop()!;
    for (const step of up) y = step.apply(tf.concat([doubled(y), ways.pop()!], 3), pass);
    return tf.sigmoid(out.apply(y, pass));
  };
  return {
    trained: modules.flatMap((module) => module.trained),
    statistics: modules.flatMap((module) => module.statistics),
    multiple: 2 ** levels,
    draw: (shape, random) => [coarseNoise(shape, params, random)],
    loss: (x, [noise], pass) => ({
      total: squaredError(x, cleaned(x.add(noise.mul(noise_std)), pass)).mean() as Scalar,
    }),
    map: (x, pass) => tf.tidy(() => squaredError(x, cleaned(x, pass))),
  };
}

/** Two convolutions whose result is added to what they were given. */
function block(name: string, channels: number): Module {
  const inside = sequence([
    convolution({ name: `${name}.conv1`, from: channels, to: channels, size: 3, bias: false }),
    batchNorm(`${name}.norm1`, channels),
    rectified,
    convolution({ name: `${name}.conv2`, from: channels, to: channels, size: 3, bias: false }),
    batchNorm(`${name}.norm2`, channels),
  ]);
  return residual(inside, null);
}

/** Standard normal values on a grid of `noise_grain` pixels, interpolated and moved at random against the picture. */
function coarseNoise(
  [n, h, w, c]: Tensor4D['shape'],
  { noise_grain: grain }: DenoisingUnetParams,
  random: Random,
): Tensor4D {
  return tf.tidy(() => {
    const [rows, columns] = [Math.ceil(h / grain) + 1, Math.ceil(w / grain) + 1];
    const values = Float32Array.from({ length: n * rows * columns * c }, () => random.normal());
    const size = { height: rows * grain, width: columns * grain };
    const wide = resample(tf.tensor4d(values, [n, rows, columns, c]), size, { interpolation: 'bilinear' });
    return wide.slice([0, random.below(size.height - h + 1), random.below(size.width - w + 1), 0], [n, h, w, c]);
  });
}
