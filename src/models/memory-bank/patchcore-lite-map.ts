import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FitContext } from '../detector.js';
import { highestPlaces } from './highest-places.js';
import { PatchBankDetector, type ChosenRows, type PatchBank } from './patch-bank-detector.js';
import { patchDistances } from './patch-distances.js';
import type { PatchEmbedding } from './patch-embedding.js';
import type { PatchPool } from './patch-pool.js';
import type { PatchcoreLiteMapParams } from './patchcore-lite-map-params.js';
import { selectBank } from './select-bank.js';
import { unitLength } from './unit-length.js';

/**
 * A plain patch bank: features of unit length as they come from the backbone, a random share of them kept, and the Euclidean distance
 * to the nearest.
 */
export class PatchcoreLiteMap extends PatchBankDetector<PatchcoreLiteMapParams> {
  /** @param extractor owned by the detector from now on */
  constructor(params: PatchcoreLiteMapParams, extractor: FeatureExtractor) {
    super('vision_patchcore_lite_map', params, extractor);
  }

  protected override describe(pixels: Tensor4D, embedding: PatchEmbedding): Tensor4D {
    return tf.tidy(() => unitLength(embedding.embed(pixels)));
  }

  protected async chooseRows(pool: PatchPool, context: FitContext): Promise<ChosenRows> {
    return { rows: await selectBank(pool, this.params, context) };
  }

  protected scorePatches(features: Tensor4D, { index }: PatchBank) {
    return tf.tidy(() => {
      const { maps } = patchDistances(features, index, { ...this.params, distance: 'euclidean' });
      return { scores: highestPlaces(maps, this.params.score_top), maps };
    });
  }
}
