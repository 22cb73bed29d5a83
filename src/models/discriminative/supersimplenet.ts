import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FeatureNet } from './feature-net.js';
import { FeatureNetDetector } from './feature-net-detector.js';
import type { PlaceFeatures } from './place-features.js';
import { superSimpleNetwork } from './supersimplenet-network.js';
import type { SuperSimpleNetParams } from './supersimplenet-params.js';
import { UpscaledFeatures } from './upscaled-features.js';

/** How much finer the grid of the paper is than that of the finest layer. */
const PUBLISHED_UPSCALE = 2;

/** SuperSimpleNet (Rolih et al. 2024), with labelled defects or without. */
export class SuperSimpleNet extends FeatureNetDetector<SuperSimpleNetParams> {
  /** @param extractor owned by the detector from now on */
  constructor(params: SuperSimpleNetParams, extractor: FeatureExtractor) {
    super('vision_supersimplenet', params, extractor, ['upscale', 'cls_dim', 'adapt_cls_features']);
  }

  protected placeFeatures(): PlaceFeatures {
    const { context, feature_dim, upscale } = this.params;
    return new UpscaledFeatures(this.extractor, context, feature_dim, upscale ?? PUBLISHED_UPSCALE);
  }

  protected networkOf(width: number, supervised: boolean): FeatureNet {
    return superSimpleNetwork(this.params, width, supervised);
  }
}
