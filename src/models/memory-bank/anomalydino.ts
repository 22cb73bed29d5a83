import { rotatePictures } from '../../ops/rotate-pictures.js';
import { tf, type Tensor, type Tensor2D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FitContext, FitSource } from '../detector.js';
import type { AnomalyDinoParams } from './anomalydino-params.js';
import { augmentedSource } from './augmented-source.js';
import { foreground } from './foreground.js';
import { highestPlaces } from './highest-places.js';
import { PatchBankDetector, type ChosenRows, type PatchBank } from './patch-bank-detector.js';
import { patchDistances } from './patch-distances.js';
import type { PatchEmbedding } from './patch-embedding.js';
import type { PatchPool } from './patch-pool.js';
import { selectBank } from './select-bank.js';
import { unitLength } from './unit-length.js';

/**
 * AnomalyDINO (Damm et al., WACV 2025): patch tokens of a few good pictures, and the cosine distance to the nearest of them; optionally
 * of turned pictures too, and without the background.
 */
export class AnomalyDino extends PatchBankDetector<AnomalyDinoParams> {
  /** @param extractor owned by the detector from now on */
  constructor(params: AnomalyDinoParams, extractor: FeatureExtractor) {
    super('vision_anomalydino', params, extractor, ['mask', 'mask_threshold']);
  }

  override async fit(source: FitSource, context: FitContext): Promise<void> {
    const { rotations } = this.params;
    const turns = Array.from(
      { length: rotations },
      (_, i) => (pixels: Tensor4D) => (i === 0 ? pixels.clone() : rotatePictures(pixels, (360 * i) / rotations)),
    );
    await super.fit(augmentedSource(source, turns), context);
  }

  /** With a mask, the last feature says whether a patch is part: 1 or 0. */
  protected override describe(pixels: Tensor4D, embedding: PatchEmbedding): Tensor4D {
    return tf.tidy(() => {
      const features = embedding.embed(pixels);
      const tokens = unitLength(features);
      if (this.params.mask === 'none') return tokens;
      return tf.concat([tokens, foreground(features, this.params.mask_threshold).expandDims(3) as Tensor4D], 3);
    });
  }

  protected async chooseRows(pool: PatchPool, context: FitContext): Promise<ChosenRows> {
    if (this.params.mask === 'none') return { rows: await selectBank(pool, this.params, context) };
    const parts = await this.partsOf(pool);
    try {
      return { rows: await selectBank(parts, this.params, context) };
    } finally {
      parts.rows.dispose();
    }
  }

  protected scorePatches(features: Tensor4D, { index }: PatchBank) {
    return tf.tidy(() => {
      const { tokens, part } = this.split(features);
      const { maps } = patchDistances(tokens, index, { ...this.params, distance: 'cosine' });
      const shown = part === null ? maps : (maps.mul(part) as Tensor3D);
      return { scores: highestPlaces(shown, this.params.score_top), maps: shown };
    });
  }

  private split(features: Tensor4D): { tokens: Tensor4D; part: Tensor3D | null } {
    if (this.params.mask === 'none') return { tokens: features, part: null };
    const [tokens, part] = tf.split(features, [features.shape[3] - 1, 1], 3) as [Tensor4D, Tensor4D];
    return { tokens, part: part.squeeze<Tensor3D>([3]) };
  }

  /** The pool without the background. */
  private async partsOf(pool: PatchPool): Promise<PatchPool> {
    const [count, width] = pool.rows.shape;
    const flags = tf.tidy(() => pool.rows.slice([0, width - 1], [-1, 1]).flatten());
    const isPart = await flags.data();
    flags.dispose();
    const kept = Int32Array.from({ length: count }, (_, i) => i).filter((i) => isPart[i] === 1);
    const rows = tf.tidy(() => {
      const tokens = pool.rows.slice([0, 0], [-1, width - 1]);
      return tf.gather(tokens as Tensor, tf.tensor1d(kept, 'int32')) as Tensor2D;
    });
    return {
      rows,
      pictures: kept.map((i) => pool.pictures[i]),
      places: kept.map((i) => pool.places[i]),
      seen: Math.round((pool.seen * kept.length) / count),
    };
  }
}
