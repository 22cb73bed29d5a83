import type { NeighborIndex } from '../../ops/nearest.js';
import { tf, type Tensor, type Tensor1D, type Tensor2D } from '../../runtime/tf.js';
import { describePatches, type Descriptor } from './descriptor.js';

/** What training changes. */
export interface CfaWeights extends Descriptor {
  readonly [name: string]: Tensor1D | Tensor2D;
  /** `[1]` */
  readonly radius: Tensor1D;
}

export interface CfaLossRule {
  /** Nearest centroids, which attract. */
  readonly near: number;
  /** Those next in distance, which repel. */
  readonly far: number;
  readonly alpha: number;
}

/** The soft boundary's share of patches outside; it scales the whole loss. */
const NU = 1e-3;

/**
 * The loss of CFA over patches and its gradients, written out: neither sorting nor gathering has a gradient in TensorFlow.js, and nothing
 * needs to be kept for a backward pass. With d the squared distances of a patch to its centroids, r the radius:
 * `(mean over the nearest of max(0, d - r^2) + mean over the next of max(0, r^2 - d - alpha)) / nu`. Which centroids are nearest is taken
 * as given, as in every such loss.
 *
 * @param rows `[n, from]` of `withCoordinates`, borrowed
 * @param centroids with at least `near + far` rows, borrowed
 * @returns owned by the caller
 */
export function cfaLoss(
  rows: Tensor2D,
  weights: CfaWeights,
  centroids: NeighborIndex,
  { near, far, alpha }: CfaLossRule,
): { loss: Tensor; gradients: CfaWeights } {
  const [n] = rows.shape;
  const [loss, kernel, bias, radius] = tf.tidy(() => {
    const patches = describePatches(rows, weights);
    const { squared, indices } = centroids.search(patches, near + far);
    const limit = weights.radius.square();
    const [nearest, next] = tf.split(squared, [near, far], 1);
    const [outside, inside] = [nearest.sub(limit), limit.sub(next).sub(alpha)];
    // How much the loss grows with every squared distance.
    const slopes = tf.concat(
      [
        outside
          .greater(0)
          .toFloat()
          .div(NU * n * near),
        inside
          .greater(0)
          .toFloat()
          .div(-NU * n * far),
      ],
      1,
    );
    let towards = tf.zerosLike(patches);
    for (let k = 0; k < near + far; k++) {
      towards = tf.tidy(() => {
        const centroid = centroids.rowsAt(indices.slice([0, k], [-1, 1]).flatten());
        return towards.add(patches.sub(centroid).mul(slopes.slice([0, k], [-1, 1]).mul(2)));
      });
    }
    return [
      outside.relu().mean().add(inside.relu().mean()).div(NU),
      tf.matMul(rows, towards, true),
      towards.sum(0),
      slopes.sum().mul(-2).mul(weights.radius),
    ];
  });
  return {
    loss,
    gradients: { kernel: kernel as Tensor2D, bias: bias as Tensor1D, radius: radius as Tensor1D },
  };
}
