import type { Precision } from '../runtime/compile/precision.js';
import type { FeatureExtractor } from './backbones/extractor.js';
import { LearnedDetector, type LearnedDetectorParams } from './learned-detector.js';

/** A detector that learns tensors from the features that a fixed extractor gives. */
export abstract class FeatureDetector<P extends LearnedDetectorParams> extends LearnedDetector<P> {
  /**
   * @param name the registry's name, which messages and files carry
   * @param extractor owned by the detector from now on
   * @param featureKeys parameters that decide what the learned values mean; a saved model is refused where they differ
   */
  constructor(
    name: string,
    params: P,
    protected readonly extractor: FeatureExtractor,
    featureKeys: readonly (keyof P & string)[],
  ) {
    super(name, params, extractor.multiple, featureKeys);
  }

  get precision(): Precision | undefined {
    return this.extractor.precision;
  }

  override dispose(): void {
    super.dispose();
    this.extractor.dispose();
  }
}
