import type { FeatureExtractor } from '../backbones/extractor.js';
import { differnetModel } from './differnet-model.js';
import type { DiffernetParams } from './differnet-params.js';
import { FlowDetector } from './flow-detector.js';
import type { FlowModel } from './flow-model.js';

const FEATURE_KEYS = [
  'backbone',
  'resize',
  'interpolation',
  'antialias',
  'context',
  'coupling_blocks',
  'hidden',
  'clamp',
  'transforms',
  'rotation',
] as const;

/** DifferNet (Rudolph, Wandt and Rosenhahn 2021): a flow of what a backbone says of a whole picture at three sizes. */
export class Differnet extends FlowDetector<DiffernetParams> {
  /**
   * @param extractor owned by the detector from now on
   * @throws ConfigError when backbone or size do not fit
   */
  constructor(params: DiffernetParams, extractor: FeatureExtractor) {
    super('vision_differnet', params, extractor, FEATURE_KEYS);
    this.modelOf(0);
  }

  protected modelOf(seed: number): FlowModel {
    return differnetModel(this.extractor, this.params, seed);
  }
}
