import { ConfigError } from '../../errors.js';
import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FitContext, FitSource } from '../detector.js';
import { augmentedSource } from './augmented-source.js';
import { highestPlaces } from './highest-places.js';
import { PatchBankDetector, type ChosenRows, type PatchBank } from './patch-bank-detector.js';
import { patchDistances } from './patch-distances.js';
import type { PatchEmbedding } from './patch-embedding.js';
import type { PatchPool } from './patch-pool.js';
import { selectBank } from './select-bank.js';
import type { SuperAdParams } from './superad-params.js';
import { tiledFeatures } from './tiled-features.js';
import { unitLengthLayers } from './unit-length-layers.js';

/**
 * A tiled patch bank after SuperAD (2025) and SuperADD (2026): features of several layers, computed in overlapping tiles of the picture
 * at its own resolution, and the distance to the third-nearest row of the bank, which a single odd row cannot make small.
 */
export class SuperAd extends PatchBankDetector<SuperAdParams> {
  /**
   * @param extractor owned by the detector from now on
   * @throws ConfigError when tiles do not fit the backbone, or overlap altogether
   */
  constructor(params: SuperAdParams, extractor: FeatureExtractor) {
    checkTiles(params, extractor.multiple);
    const layers = params.normalize ? unitLengthLayers(extractor) : extractor;
    super('vision_superad', params, layers, ['tile_size', 'overlap', 'normalize']);
  }

  override async fit(source: FitSource, context: FitContext): Promise<void> {
    const lights = this.params.brightness.map(
      (gain) => (pixels: Tensor4D) => tf.tidy(() => pixels.mul(gain).clipByValue(0, 255) as Tensor4D),
    );
    await super.fit(augmentedSource(source, lights), context);
  }

  protected override describe(pixels: Tensor4D, embedding: PatchEmbedding): Tensor4D {
    const { tile_size: tile, overlap } = this.params;
    const tiling = { tile, overlap, unit: this.extractor.multiple, stride: embedding.stride };
    return tiledFeatures(pixels, tiling, (tiles) => embedding.embed(tiles));
  }

  protected async chooseRows(pool: PatchPool, context: FitContext): Promise<ChosenRows> {
    return { rows: await selectBank(pool, this.params, context) };
  }

  protected scorePatches(features: Tensor4D, { index }: PatchBank) {
    return tf.tidy(() => {
      const { maps } = patchDistances(features, index, { ...this.params, distance: 'euclidean' });
      return { scores: highestPlaces(maps, this.params.score_top), maps };
    });
  }
}

function checkTiles({ tile_size, overlap }: SuperAdParams, multiple: number): void {
  for (const [key, pixels] of Object.entries({ tile_size, overlap })) {
    if (pixels % multiple === 0) continue;
    throw new ConfigError(`${key}: expected a multiple of ${multiple} pixels for this backbone, got ${pixels}`);
  }
  if (overlap < tile_size) return;
  throw new ConfigError(`overlap: expected less than tile_size ${tile_size}, got ${overlap}`);
}
