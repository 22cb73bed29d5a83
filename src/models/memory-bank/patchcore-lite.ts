import { Random } from '../../runtime/random.js';
import { tf } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FitContext, FitSource } from '../detector.js';
import type { LearnedTensors } from '../learned-detector.js';
import type { PatchcoreLiteParams } from './patchcore-lite-params.js';
import { PictureBankDetector } from './picture-bank-detector.js';

/** A bank of one row a picture, of which a random share is kept. */
export class PatchcoreLite extends PictureBankDetector<PatchcoreLiteParams> {
  /** @param extractor owned by the detector from now on */
  constructor(params: PatchcoreLiteParams, extractor: FeatureExtractor) {
    super('vision_patchcore_lite', params, extractor);
  }

  protected async learn(source: FitSource, context: FitContext): Promise<LearnedTensors> {
    const rows: Float32Array[] = [];
    for await (const row of this.rowsOf(source, context)) rows.push(row);
    const { coreset_ratio, max_bank } = this.params;
    const count = Math.min(Math.max(1, Math.floor(coreset_ratio * rows.length)), max_bank ?? Infinity);
    const kept = new Random(context.seed)
      .fork('bank')
      .shuffled(rows.map((_, i) => i))
      .slice(0, count)
      .sort((a, b) => a - b);
    return { bank: tf.tidy(() => tf.stack(kept.map((i) => tf.tensor1d(rows[i])))) };
  }
}
