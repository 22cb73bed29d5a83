import { resample } from '../../ops/resample.js';
import { tf, type Tensor4D } from '../../runtime/tf.js';
import { batchNorm } from '../nets/batch-norm.js';
import { convolution } from '../nets/convolution.js';
import { plain, type Module } from '../nets/module.js';
import { rectified } from '../nets/rectified.js';
import { sequence } from '../nets/sequence.js';

/** Slope below zero of the rectifiers on the way down. */
const LEAK = 0.2;

/** Channels of a level: twice those of the level above, up to eight times the first. */
export function channelsOf(width: number, level: number): number {
  return width * 2 ** Math.min(level, 3);
}

/** Halves the grid: a strided convolution, batch normalisation and a leaky rectifier. */
export function halving(name: string, from: number, to: number): Module {
  return sequence([
    convolution({ name: `${name}.conv`, from, to, size: 3, stride: 2, pad: 1, bias: false }),
    batchNorm(`${name}.norm`, to),
    plain((x) => tf.leakyRelu(x, LEAK)),
  ]);
}

/** Doubles the grid: bilinear interpolation, a convolution, batch normalisation and a rectifier. */
function doubling(name: string, from: number, to: number): Module {
  return sequence([
    plain(doubled),
    convolution({ name: `${name}.conv`, from, to, size: 3, bias: false }),
    batchNorm(`${name}.norm`, to),
    rectified,
  ]);
}

/**
 * @param x `[n, h, w, c]`, borrowed
 * @returns `[n, 2 h, 2 w, c]`, owned by the caller
 */
export function doubled(x: Tensor4D): Tensor4D {
  return resample(x, { height: 2 * x.shape[1], width: 2 * x.shape[2] }, { interpolation: 'bilinear' });
}

/** From pictures down to a grid of `2 ** levels` pixels a place. */
export function encoder(name: string, width: number, levels: number): Module {
  const steps = Array.from({ length: levels }, (_, i) =>
    halving(`${name}.${i}`, i === 0 ? 3 : channelsOf(width, i - 1), channelsOf(width, i)),
  );
  return sequence(steps);
}

/** Back up from such a grid to pictures of values from 0 to 1. */
export function decoder(name: string, width: number, levels: number): Module {
  const steps = Array.from({ length: levels }, (_, i) => {
    const level = levels - 1 - i;
    return doubling(`${name}.${i}`, channelsOf(width, level), channelsOf(width, Math.max(0, level - 1)));
  });
  return sequence([
    ...steps,
    convolution({ name: `${name}.out`, from: width, to: 3, size: 3 }),
    plain((x) => tf.sigmoid(x)),
  ]);
}
