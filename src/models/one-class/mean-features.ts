import { tf, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';

/** The mean of the features of pictures that come batch by batch. */
export class MeanFeatures {
  private sum: Tensor3D | null = null;
  private seen = 0;

  /** @param features `[n, h, w, d]`, borrowed */
  add(features: Tensor4D): void {
    const before = this.sum;
    this.sum = tf.tidy(() => (before === null ? features.sum(0) : features.sum(0).add(before)) as Tensor3D);
    before?.dispose();
    this.seen += features.shape[0];
  }

  /** @returns `[h, w, d]`, owned by the caller */
  mean(): Tensor3D {
    if (this.sum === null) throw new Error('there is no mean of no features');
    return this.sum.div<Tensor3D>(this.seen);
  }

  dispose(): void {
    this.sum?.dispose();
    this.sum = null;
  }
}
