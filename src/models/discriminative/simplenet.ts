import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FeatureNet } from './feature-net.js';
import { FeatureNetDetector } from './feature-net-detector.js';
import { PATCH_KEYS, patchFeatures } from './patch-features.js';
import type { PlaceFeatures } from './place-features.js';
import { simpleNetwork } from './simplenet-network.js';
import type { SimpleNetParams } from './simplenet-params.js';

/** SimpleNet (Liu et al. 2023) on the local patch features of PatchCore. */
export class SimpleNet extends FeatureNetDetector<SimpleNetParams> {
  /** @param extractor owned by the detector from now on */
  constructor(params: SimpleNetParams, extractor: FeatureExtractor) {
    super('vision_simplenet', params, extractor, PATCH_KEYS);
  }

  protected placeFeatures(seed: number): PlaceFeatures {
    return patchFeatures(this.extractor, this.params, seed);
  }

  protected networkOf(width: number): FeatureNet {
    return simpleNetwork(this.params, width);
  }
}
