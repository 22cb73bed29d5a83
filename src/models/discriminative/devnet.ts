import { DataError } from '../../errors.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FitContext, FitSource } from '../detector.js';
import type { LearnedTensors } from '../learned-detector.js';
import { devNetwork } from './devnet-network.js';
import type { DevNetParams } from './devnet-params.js';
import type { FeatureNet } from './feature-net.js';
import { FeatureNetDetector } from './feature-net-detector.js';
import { PATCH_KEYS, patchFeatures } from './patch-features.js';
import type { PlaceFeatures } from './place-features.js';

/** The deviation network (Pang et al. 2021) on the features of a backbone, which learns from good pictures and labelled defects. */
export class DevNet extends FeatureNetDetector<DevNetParams> {
  /** @param extractor owned by the detector from now on */
  constructor(params: DevNetParams, extractor: FeatureExtractor) {
    super('vision_devnet', params, extractor, [...PATCH_KEYS, 'score_top']);
  }

  protected override async learn(source: FitSource, context: FitContext): Promise<LearnedTensors> {
    if (context.defects !== undefined) return super.learn(source, context);
    throw new DataError(`${this.name}: learns from labelled defects beside good pictures, but there are none`);
  }

  protected placeFeatures(seed: number): PlaceFeatures {
    return patchFeatures(this.extractor, this.params, seed);
  }

  protected networkOf(width: number): FeatureNet {
    return devNetwork(this.params, width);
  }
}
