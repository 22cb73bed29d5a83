import { tf, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';
import type { Module } from './module.js';
import { heNormal } from './starts.js';

/**
 * A transposed convolution of 2 x 2 filters at stride 2, without a bias: every place becomes 2 x 2 of them. Filters that do not overlap are
 * one matrix product, whose gradients every backend has.
 *
 * @returns a module `[n, h, w, from]` -> `[n, 2h, 2w, to]`; its tensor is `[from, 4 to]`, the places of a filter row by row
 */
export function risingConvolution(name: string, from: number, to: number): Module {
  const weight = `${name}.weight`;
  return {
    trained: [heNormal(weight, [from, 4 * to], from)],
    statistics: [],
    apply: (x, { values }) =>
      tf.tidy(() => {
        const [n, h, w] = x.shape;
        const y = tf.matMul(x.reshape<Tensor2D>([n * h * w, from]), values[weight] as Tensor2D);
        const rows = y.reshape<Tensor4D>([n * h, w, 2, 2 * to]).transpose([0, 2, 1, 3]);
        return rows.reshape<Tensor4D>([n, 2 * h, 2 * w, to]);
      }),
  };
}
