import { tf, type Tensor, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';
import type { Values } from '../nets/module.js';
import type { Scales } from './flow.js';

/** A channel that varies less than this share of what all channels of its scale vary by is not made to vary more. */
const FLOOR = 0.1;
const LEAST_DEVIATION = 1e-6;

/**
 * Mean and standard deviation of every channel over the places of good pictures. Flows start near the identity, so their features should
 * be about standard normal; the transform is fixed, so likelihoods stay comparable.
 */
export class ChannelStandard {
  private readonly moments: { readonly count: number; readonly values: Tensor }[] = [];

  /** @param index of the scale, by which its learned tensors are named */
  constructor(private readonly index: number) {}

  /** @param x `[n, h, w, c]`, borrowed */
  add(x: Tensor4D): void {
    const [n, h, w] = x.shape;
    const values = tf.tidy(() => {
      const { mean, variance } = tf.moments(x, [0, 1, 2]);
      return tf.stack([mean, variance]);
    });
    this.moments.push({ count: n * h * w, values });
  }

  /** @returns `[c]` each, owned by the caller */
  async values(): Promise<Values> {
    const read = await Promise.all(this.moments.map(({ values }) => values.data()));
    const channels = read[0].length / 2;
    const total = this.moments.reduce((sum, { count }) => sum + count, 0);
    const over = (of: (part: ArrayLike<number>) => number) =>
      read.reduce((sum, part, i) => sum + (this.moments[i].count / total) * of(part), 0);
    const mean = Float32Array.from({ length: channels }, (_, c) => over((part) => part[c]));
    const variance = Float64Array.from({ length: channels }, (_, c) =>
      over((part) => part[channels + c] + (part[c] - mean[c]) ** 2),
    );
    const floor = FLOOR * Math.sqrt(variance.reduce((a, b) => a + b, 0) / channels) + LEAST_DEVIATION;
    const deviation = Float32Array.from(variance, (one) => Math.max(Math.sqrt(one), floor));
    const names = standardNames(this.index);
    return { [names.mean]: tf.tensor1d(mean), [names.deviation]: tf.tensor1d(deviation) };
  }

  dispose(): void {
    tf.dispose(this.moments.map(({ values }) => values));
  }
}

/** The names of the learned tensors of a scale. */
export function standardNames(index: number): { mean: string; deviation: string } {
  return { mean: `scale${index}.mean`, deviation: `scale${index}.deviation` };
}

/** @returns owned by the caller */
export function standardized(x: Scales, values: Values): Tensor4D[] {
  return tf.tidy(() =>
    x.map((scale, i) => {
      const { mean, deviation } = standardNames(i);
      return scale.sub(values[mean] as Tensor1D).div(values[deviation]) as Tensor4D;
    }),
  );
}
