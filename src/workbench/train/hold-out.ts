import { datasetError } from '../../data/dataset-error.js';
import { Random } from '../../runtime/random.js';

/**
 * Splits good pictures into those to fit on and those held out for the thresholds: at least one of each.
 *
 * @param fraction the share to hold out, rounded up
 * @throws DataError with fewer than two pictures: a threshold from the pictures that were fitted on would be too low
 */
export function holdOut<T>(items: readonly T[], fraction: number, seed: number): { fit: T[]; heldOut: T[] } {
  if (items.length < 2) {
    throw datasetError(
      'DATASET_TOO_FEW_PICTURES',
      `training needs at least 2 good pictures (some to fit, some held out for the threshold), got ${items.length}`,
      { pictures: items.length },
    );
  }
  const count = Math.min(items.length - 1, Math.max(1, Math.ceil(fraction * items.length)));
  const chosen = new Set(
    new Random(seed)
      .fork('hold-out')
      .shuffled(items.map((_, i) => i))
      .slice(0, count),
  );
  return { fit: items.filter((_, i) => !chosen.has(i)), heldOut: items.filter((_, i) => chosen.has(i)) };
}
