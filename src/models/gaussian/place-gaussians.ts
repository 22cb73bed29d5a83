import { ShapeError } from '../../errors.js';
import { tf, type Tensor2D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';

/**
 * A Gaussian a place of a grid, on the device, in the form in which Mahalanobis distances are one batched matrix product: the mean and
 * the transposed inverse Cholesky factor of the covariance.
 */
export class PlaceGaussians {
  readonly places: number;
  readonly width: number;

  /**
   * @param mean `[places, width]`
   * @param whitening `[places, width, width]`, `L^-1` transposed (upper triangles); both are owned by the object from now on
   */
  constructor(
    readonly mean: Tensor2D,
    readonly whitening: Tensor3D,
  ) {
    [this.places, this.width] = mean.shape;
    if (whitening.shape.join() !== [this.places, this.width, this.width].join()) {
      throw new ShapeError(`PlaceGaussians: means of shape [${mean.shape}] do not fit factors of [${whitening.shape}]`);
    }
  }

  /**
   * The Mahalanobis distance of every place: `|L^-1 (x - mean)|`. Written in plain tfjs so that it can be recorded.
   *
   * @param features `[n, h, w, width]` with `h * w` places, borrowed
   * @returns `[n, h, w]`, owned by the caller
   * @throws ShapeError when the grid or the width differs
   */
  distances(features: Tensor4D): Tensor3D {
    const [n, h, w, d] = features.shape;
    if (h * w !== this.places || d !== this.width) {
      throw new ShapeError(
        `PlaceGaussians: expected ${this.places} places of ${this.width} values, got ${h} x ${w} of ${d}`,
      );
    }
    return tf.tidy(() => {
      const deviations = features.reshape([n, this.places, d]).sub(this.mean);
      const byPlace = deviations.transpose([1, 0, 2]) as Tensor3D;
      const whitened = tf.matMul(byPlace, this.whitening);
      return whitened.square().sum(2).sqrt().transpose().reshape([n, h, w]) as Tensor3D;
    });
  }

  dispose(): void {
    tf.dispose([this.mean, this.whitening]);
  }
}
