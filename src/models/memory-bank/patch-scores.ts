import type { NeighborIndex } from '../../ops/nearest.js';
import { tf, type Tensor1D, type Tensor2D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { PatchcoreParams } from './patchcore-params.js';

/** How distances become scores; `patchcore-params.ts` says what each means. */
export type ScoreParams = Pick<
  PatchcoreParams,
  'num_neighbors' | 'neighbor_reduce' | 'distance' | 'score_top' | 'reweight' | 'reweight_neighbors'
>;

/**
 * Scores of patches against a bank, and of pictures from their patches. Written in plain tfjs so that it can be recorded.
 *
 * @param features `[n, gh, gw, d]`, borrowed
 * @returns maps `[n, gh, gw]` and scores `[n]`, owned by the caller
 */
export function patchScores(
  features: Tensor4D,
  bank: NeighborIndex,
  params: ScoreParams,
): { scores: Tensor1D; maps: Tensor3D } {
  const [n, h, w, d] = features.shape;
  const [scores, maps] = tf.tidy(() => {
    const queries = features.reshape([n * h * w, d]) as Tensor2D;
    const { squared, indices } = bank.search(queries, params.num_neighbors);
    const distances = params.distance === 'squared' ? squared : (squared.sqrt() as Tensor2D);
    const reduced =
      params.neighbor_reduce === 'mean' ? distances.mean(1) : distances.slice([0, squared.shape[1] - 1], [-1, 1]);
    const patches = reduced.reshape([n, h * w]) as Tensor2D;
    const image = topMean(patches, params.score_top);
    const nearest = indices.slice([0, 0], [-1, 1]).flatten() as Tensor1D;
    const weighted = params.reweight ? image.mul(weights(queries, patches, nearest, bank, params)) : image;
    return [weighted as Tensor1D, patches.reshape([n, h, w]) as Tensor3D];
  });
  return { scores, maps };
}

/** The mean of the highest patches of every picture. */
function topMean(patches: Tensor2D, share: number): Tensor1D {
  const count = Math.max(1, Math.round(share * patches.shape[1]));
  if (count === 1) return patches.max(1);
  return tf.topk(patches, count).values.mean(1);
}

/**
 * Equation 7 of the PatchCore paper: how unusual the nearest row itself is among its neighbours in the bank. Patches whose nearest
 * row is a rare one weigh more.
 */
function weights(
  queries: Tensor2D,
  patches: Tensor2D,
  nearest: Tensor1D,
  bank: NeighborIndex,
  params: ScoreParams,
): Tensor1D {
  const [n, count] = patches.shape;
  const highest = patches
    .argMax(1)
    .add(tf.range(0, n * count, count, 'int32'))
    .toInt() as Tensor1D;
  const query = tf.gather(queries, highest);
  const row = bank.rowsAt(tf.gather(nearest, highest));
  const { indices } = bank.search(row, params.reweight_neighbors);
  const distances = bank.distancesTo(query, indices).sqrt();
  const share = tf.softmax(distances as Tensor2D, 1).slice([0, 0], [-1, 1]);
  return tf.sub(1, share.squeeze([1]));
}
