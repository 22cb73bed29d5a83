import type { Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FitContext } from '../detector.js';
import { PatchBankDetector, type ChosenRows, type PatchBank } from './patch-bank-detector.js';
import type { PatchPool } from './patch-pool.js';
import { patchScores } from './patch-scores.js';
import type { PatchcoreParams } from './patchcore-params.js';
import { selectBank } from './select-bank.js';

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

  protected scorePatches(features: Tensor4D, { index }: PatchBank) {
    return patchScores(features, index, this.params);
  }
}
