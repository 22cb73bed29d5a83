import type { FeatureExtractor } from '../backbones/extractor.js';
import { cflowModel } from './cflow-model.js';
import type { CflowParams } from './cflow-params.js';
import { FlowDetector } from './flow-detector.js';
import type { FlowModel } from './flow-model.js';

const FEATURE_KEYS = [
  'backbone',
  'resize',
  'interpolation',
  'antialias',
  'context',
  'coupling_blocks',
  'condition_dim',
  'clamp',
] as const;

/** CFLOW (Gudovskiy, Ishizaka and Kozuka 2022): a flow of single places that is told where each of them is. */
export class Cflow extends FlowDetector<CflowParams> {
  /** @param extractor owned by the detector from now on */
  constructor(params: CflowParams, extractor: FeatureExtractor) {
    super('vision_cflow', params, extractor, FEATURE_KEYS);
  }

  protected modelOf(): FlowModel {
    return cflowModel(this.extractor, this.params);
  }
}
