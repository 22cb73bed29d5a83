import type { FeatureExtractor } from '../backbones/extractor.js';
import { fastflowModel } from './fastflow-model.js';
import type { FastflowParams } from './fastflow-params.js';
import { FlowDetector } from './flow-detector.js';
import type { FlowModel } from './flow-model.js';

const FEATURE_KEYS = [
  'backbone',
  'resize',
  'interpolation',
  'antialias',
  'context',
  'flow_steps',
  'hidden_ratio',
  'conv3x3_only',
  'clamp',
] as const;

/** FastFlow (Yu et al. 2021): a flow of convolutions over the whole grid of every layer of the backbone. */
export class Fastflow extends FlowDetector<FastflowParams> {
  /** @param extractor owned by the detector from now on */
  constructor(params: FastflowParams, extractor: FeatureExtractor) {
    super('vision_fastflow', params, extractor, FEATURE_KEYS);
  }

  protected modelOf(seed: number): FlowModel {
    return fastflowModel(this.extractor, this.params, seed);
  }
}
