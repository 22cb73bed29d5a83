import { tf, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';

/** A channel that hardly varies is scaled up no further than one of this share of the mean deviation. */
const LEAST = 0.01;

/** How far every channel varies over the features of good pictures. */
export class ChannelSpread {
  /** Sums of the differences to the first place that was seen and of their squares; null before it. */
  private sums: { readonly origin: Tensor1D; readonly first: Tensor1D; readonly second: Tensor1D } | null = null;
  private count = 0;

  /** @param features `[n, gh, gw, d]`, borrowed */
  add(features: Tensor4D): void {
    const [n, h, w, d] = features.shape;
    const before = this.sums;
    const [origin, first, second] = tf.tidy(() => {
      const rows = features.reshape([n * h * w, d]);
      // Sums of squares of channels far from 0 would lose the digits that count.
      const from = before?.origin.clone() ?? rows.slice([0, 0], [1, -1]).reshape([d]);
      const apart = rows.sub(from);
      const [sum, squares] = [apart.sum(0), apart.square().sum(0)];
      return before === null ? [from, sum, squares] : [from, sum.add(before.first), squares.add(before.second)];
    }) as Tensor1D[];
    this.dispose();
    this.sums = { origin, first, second };
    this.count += n * h * w;
  }

  /**
   * @returns `[d]`: by what every channel has to be multiplied so that its standard deviation is `deviation`; owned by the caller
   */
  scaleTo(deviation: number): Tensor1D {
    const { first, second } = this.sums!;
    return tf.tidy(() => {
      const mean = first.div(this.count);
      const spread = second.div(this.count).sub(mean.square()).relu().sqrt();
      return tf.div<Tensor1D>(deviation, spread.maximum(spread.mean().mul(LEAST)).maximum(1e-12));
    });
  }

  dispose(): void {
    if (this.sums !== null) tf.dispose({ ...this.sums });
    this.sums = null;
  }
}
