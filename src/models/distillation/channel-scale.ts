import { tf, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';
import type { TeacherScale } from './efficientad-networks.js';

/** Channels that hardly change would be blown up to noise. */
const SMALLEST = 1e-6;

/** Adds up features for the mean and the spread of their channels; in float64 between batches. */
export class ChannelScale {
  private count = 0;
  private sums: Float64Array | null = null;
  private squares: Float64Array | null = null;

  /** @param features `[n, h, w, c]`, borrowed */
  async add(features: Tensor4D): Promise<void> {
    const both = tf.tidy(() => tf.stack([features.mean([0, 1, 2]), features.square().mean([0, 1, 2])]));
    const values = await both.data();
    both.dispose();
    const channels = features.shape[3];
    const places = features.size / channels;
    this.sums ??= new Float64Array(channels);
    this.squares ??= new Float64Array(channels);
    for (let c = 0; c < channels; c++) {
      this.sums[c] += places * values[c];
      this.squares[c] += places * values[channels + c];
    }
    this.count += places;
  }

  /** @returns owned by the caller */
  result(): TeacherScale {
    const means = Array.from(this.sums!, (sum) => sum / this.count);
    const deviations = means.map((mean, c) =>
      Math.sqrt(Math.max(this.squares![c] / this.count - mean * mean, SMALLEST)),
    );
    return { mean: tf.tensor1d(means) as Tensor1D, std: tf.tensor1d(deviations) as Tensor1D };
  }
}
