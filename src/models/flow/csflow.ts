import type { FeatureExtractor } from '../backbones/extractor.js';
import { csflowModel } from './csflow-model.js';
import type { CsflowParams } from './csflow-params.js';
import { FlowDetector } from './flow-detector.js';
import type { FlowModel } from './flow-model.js';

const FEATURE_KEYS = [
  'backbone',
  'resize',
  'interpolation',
  'antialias',
  'context',
  'coupling_blocks',
  'hidden_channels',
  'clamp',
] as const;

/** CS-Flow (Rudolph et al. 2022): one flow over three scales of a picture, each of which hears its neighbours. */
export class Csflow extends FlowDetector<CsflowParams> {
  /**
   * @param extractor owned by the detector from now on
   * @throws ConfigError when backbone or size do not fit
   */
  constructor(params: CsflowParams, extractor: FeatureExtractor) {
    super('vision_csflow', params, extractor, FEATURE_KEYS);
    this.modelOf(0);
  }

  protected modelOf(seed: number): FlowModel {
    return csflowModel(this.extractor, this.params, seed);
  }
}
