import { ConfigError } from '../../errors.js';
import { Random } from '../../runtime/random.js';
import type { Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FitContext } from '../detector.js';
import { PatchBankDetector, type ChosenRows, type PatchBank } from './patch-bank-detector.js';
import type { Reduction } from './patch-partitions.js';
import type { PatchPool } from './patch-pool.js';
import { patchScores } from './patch-scores.js';
import type { PatchcoreParams } from './patchcore-params.js';
import { selectBank } from './select-bank.js';
import { spreadRows } from './spread-rows.js';

/**
 * PatchCore (Roth et al., CVPR 2022): keeps a spread-out selection of the patch features of good pictures, and scores a patch by its
 * distance to the nearest ones.
 */
export class Patchcore extends PatchBankDetector<PatchcoreParams> {
  /** @param extractor owned by the detector from now on */
  constructor(params: PatchcoreParams, extractor: FeatureExtractor) {
    super('vision_patchcore', params, extractor);
  }

  protected async chooseRows(pool: PatchPool, context: FitContext): Promise<ChosenRows> {
    return { rows: await selectBank(pool, this.params, context) };
  }

  protected override reducePartition(rows: number, capacity: number, context: FitContext): Reduction | null {
    if (this.params.over_pool === 'sample') return null;
    if (4 * rows > capacity) {
      const needed = Math.ceil((this.params.pool_mb * 4 * rows) / capacity);
      throw new ConfigError(
        `vision_patchcore: partitions need a pool of four times the bank, which is pool_mb ${needed} for ${rows} rows, but pool_mb is ` +
          `${this.params.pool_mb}; raise it, or lower bank_size, coreset_ratio or max_bank`,
      );
    }
    const random = new Random(context.seed);
    return {
      keep: rows,
      select: (partition, keep, number) =>
        spreadRows(partition, keep, this.params, {
          context,
          random: random.fork(`partition ${number}`),
          step: `reduction ${number + 1} of the patches`,
        }),
    };
  }

  protected scorePatches(features: Tensor4D, { index }: PatchBank) {
    return patchScores(features, index, this.params);
  }
}
