import { tf, type Tensor4D } from '../../runtime/tf.js';
import { batchNorm } from '../nets/batch-norm.js';
import { convolution } from '../nets/convolution.js';
import { dense } from '../nets/dense.js';
import { plain, type Module } from '../nets/module.js';
import { sequence } from '../nets/sequence.js';
import { doubled } from '../reconstruction/coder.js';
import type { Size } from '../../config/size.js';

export interface SvddNetworkRule {
  readonly size: Size;
  /** Channels of the first stage, which double with every stage. */
  readonly width: number;
  /** Stages, each of which halves the grid. */
  readonly stages: number;
  /** Values that a picture becomes. */
  readonly representation: number;
}

/** As in the published code. */
const [FILTER, LEAK] = [5, 0.01];

/**
 * The LeNet of Deep SVDD: convolutions of 5 x 5, normalisation, leaky rectifiers and largest values of 2 x 2 by stages, then a linear layer.
 * Nothing in it has a bias. `[n, h, w, 3]`, 0..255 -> `[n, 1, 1, representation]`.
 */
export function svddEncoder({ size, width, stages, representation }: SvddNetworkRule): Module {
  const widths = Array.from({ length: stages }, (_, i) => width * 2 ** i);
  const flat = (size.height / 2 ** stages) * (size.width / 2 ** stages) * widths[stages - 1];
  return sequence([
    plain(evenContrast),
    ...widths.flatMap((to, i) => [
      ...unbiased(`encoder.${i}`, i === 0 ? 3 : widths[i - 1], to),
      plain((x) => tf.maxPool(x, 2, 2, 'valid')),
    ]),
    plain((x) => x.reshape([x.shape[0], 1, 1, flat]) as Tensor4D),
    dense('encoder.out', flat, representation, { bias: false }),
  ]);
}

/** The way back, for the pretraining: the same stages in reverse, with interpolation in place of largest values. */
export function svddDecoder({ size, width, stages, representation }: SvddNetworkRule): Module {
  const widths = Array.from({ length: stages }, (_, i) => width * 2 ** (stages - 1 - i));
  const [height, across] = [size.height / 2 ** stages, size.width / 2 ** stages];
  return sequence([
    dense('decoder.in', representation, height * across * widths[0], { bias: false }),
    plain((x) => x.reshape([x.shape[0], height, across, widths[0]]) as Tensor4D),
    ...widths.flatMap((from, i) => [
      plain(doubled),
      ...unbiased(`decoder.${i}`, from, widths[Math.min(i + 1, stages - 1)]),
    ]),
    convolution({ name: 'decoder.out', from: widths[stages - 1], to: 3, size: FILTER, bias: false, start: 'glorot' }),
  ]);
}

/**
 * Pictures of mean 0 and mean magnitude 1, each by itself: the global contrast normalisation of the paper.
 *
 * @param x `[n, h, w, c]`, borrowed
 * @returns of the shape of `x`, owned by the caller
 */
export function evenContrast(x: Tensor4D): Tensor4D {
  return tf.tidy(() => {
    const centered = x.sub<Tensor4D>(x.mean([1, 2, 3], true));
    return centered.div(centered.abs().mean([1, 2, 3], true).add(1e-6));
  });
}

function unbiased(name: string, from: number, to: number): Module[] {
  return [
    convolution({ name: `${name}.conv`, from, to, size: FILTER, bias: false, start: 'glorot' }),
    batchNorm(`${name}.norm`, to, { affine: false }),
    plain((x) => tf.leakyRelu(x, LEAK) as Tensor4D),
  ];
}
