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
  /** Values that a picture, or a window of it, becomes. */
  readonly representation: number;
  /** The side of windows, in places of the last stage's grid; null = the whole picture is one. */
  readonly window: number | null;
}

/** As in the published code. */
const [FILTER, LEAK] = [5, 0.01];

/**
 * The LeNet of Deep SVDD: convolutions of 5 x 5, normalisation, leaky rectifiers and largest values of 2 x 2 by stages, then a linear layer,
 * of the whole picture or of a window around every place. Nothing in it has a bias. `[n, h, w, 3]`, 0..255 -> `[n, 1, 1, representation]`, with
 * windows `[n, h / 2 ** stages, w / 2 ** stages, representation]`.
 */
export function svddEncoder({ size, width, stages, representation, window }: SvddNetworkRule): Module {
  const widths = Array.from({ length: stages }, (_, i) => width * 2 ** i);
  const flat = (size.height / 2 ** stages) * (size.width / 2 ** stages) * widths[stages - 1];
  return sequence([
    plain(evenContrast),
    ...widths.flatMap((to, i) => [
      ...unbiased(`encoder.${i}`, i === 0 ? 3 : widths[i - 1], to),
      plain((x) => tf.maxPool(x, 2, 2, 'valid')),
    ]),
    ...(window === null
      ? [
          plain((x) => x.reshape([x.shape[0], 1, 1, flat]) as Tensor4D),
          dense('encoder.out', flat, representation, { bias: false }),
        ]
      : [unbiasedConvolution('encoder.out', widths[stages - 1], representation, window)]),
  ]);
}

/** The way back, for the pretraining: the same stages in reverse, with interpolation in place of largest values. */
export function svddDecoder({ size, width, stages, representation, window }: SvddNetworkRule): Module {
  const widths = Array.from({ length: stages }, (_, i) => width * 2 ** (stages - 1 - i));
  const [height, across] = [size.height / 2 ** stages, size.width / 2 ** stages];
  return sequence([
    ...(window === null
      ? [
          dense('decoder.in', representation, height * across * widths[0], { bias: false }),
          plain((x) => x.reshape([x.shape[0], height, across, widths[0]]) as Tensor4D),
        ]
      : [unbiasedConvolution('decoder.in', representation, widths[0], 1)]),
    ...widths.flatMap((from, i) => [
      plain(doubled),
      ...unbiased(`decoder.${i}`, from, widths[Math.min(i + 1, stages - 1)]),
    ]),
    unbiasedConvolution('decoder.out', widths[stages - 1], 3, FILTER),
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
    unbiasedConvolution(`${name}.conv`, from, to, FILTER),
    batchNorm(`${name}.norm`, to, { affine: false }),
    plain((x) => tf.leakyRelu(x, LEAK) as Tensor4D),
  ];
}

function unbiasedConvolution(name: string, from: number, to: number, size: number): Module {
  return convolution({ name, from, to, size, bias: false, start: 'glorot' });
}
