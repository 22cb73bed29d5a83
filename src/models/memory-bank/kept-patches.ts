import { DataError } from '../../errors.js';
import { tf, type Tensor2D } from '../../runtime/tf.js';
import type { SoftPatchParams } from './softpatch-params.js';

/**
 * Which training patches are left when the oddest are taken out: those above the `1 - threshold` quantile of the weights, and those
 * above the `1 - train_patch_outlier_quantile` quantile of the distance to the mean of all.
 *
 * @param rows `[m, d]`, borrowed
 * @param weights m values
 * @returns row numbers, ascending
 * @throws DataError when weights are not finite
 */
export async function keptPatches(
  rows: Tensor2D,
  weights: Float32Array,
  params: Pick<SoftPatchParams, 'threshold' | 'train_patch_outlier_quantile'>,
): Promise<Int32Array> {
  if (!weights.every(Number.isFinite)) {
    throw new DataError(
      'vision_softpatch: the features of the training pictures are not finite; look for damaged pictures',
    );
  }
  const limit = quantile(weights, 1 - params.threshold);
  const all = Int32Array.from(weights, (_, i) => i);
  const usual = all.filter((i) => weights[i] <= limit);
  if (params.train_patch_outlier_quantile === 0) return usual;
  const distances = tf.tidy(() => rows.sub(rows.mean(0)).square().sum(1).sqrt());
  const far = (await distances.data()) as Float32Array;
  distances.dispose();
  const farthest = quantile(far, 1 - params.train_patch_outlier_quantile);
  const near = usual.filter((i) => far[i] <= farthest);
  if (near.length > 0) return near;
  throw new DataError(
    'vision_softpatch: threshold and train_patch_outlier_quantile together leave no patch; lower one of them',
  );
}

/** Between two values, linearly. */
function quantile(values: Float32Array, share: number): number {
  const sorted = values.slice().sort();
  const at = share * (sorted.length - 1);
  const below = Math.floor(at);
  const above = Math.min(below + 1, sorted.length - 1);
  return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
}
