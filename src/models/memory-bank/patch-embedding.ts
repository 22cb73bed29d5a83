import { avgPool } from '../../ops/pool.js';
import { randomChannels } from '../../ops/random-channels.js';
import { randomProjection, type ProjectionKind } from '../../ops/random-projection.js';
import { resample } from '../../ops/resample.js';
import { tf, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import { frameWidth } from '../backbones/frame-width.js';
import { framedFeatures } from '../backbones/framed-features.js';
import { adaptivePoolMatrix } from './adaptive-pool.js';
import type { PatchcoreParams } from './patchcore-params.js';

/** What decides the features of a patch; `patchcore-params.ts` says what each means. */
export interface EmbeddingParams extends Pick<
  PatchcoreParams,
  'context' | 'patch_size' | 'patch_padding' | 'layer_dim' | 'feature_dim' | 'projection_dim'
> {
  /** `channels` keeps randomly chosen features as they are. */
  readonly projection: ProjectionKind | 'channels';
}

/**
 * Turns pictures into patch features: backbone, local aggregation, layers aligned bilinearly to the finest one, optional pooling of
 * channels and random projection. A fixed function, written in plain tfjs so that it can be recorded.
 */
export class PatchEmbedding {
  /** Features of a patch. */
  readonly width: number;
  /** Pixels of the input that lie between two neighbouring patches. */
  readonly stride: number;
  private readonly neighborhoods: (Tensor4D | null)[];
  private readonly mix: Tensor2D | null;
  private readonly context: number;

  /** @param extractor borrowed */
  constructor(
    private readonly extractor: FeatureExtractor,
    private readonly params: EmbeddingParams,
    seed: number,
  ) {
    const { patch_size, layer_dim, feature_dim, projection_dim } = params;
    this.stride = Math.min(...extractor.taps.map((tap) => tap.stride));
    this.context = frameWidth(extractor, params.context);
    this.neighborhoods = extractor.taps.map((tap) =>
      layer_dim === null ? null : neighborhoodPooling(tap.channels, patch_size, layer_dim),
    );
    const joined = extractor.taps.reduce((total, tap) => total + (layer_dim ?? tap.channels), 0);
    this.mix = channelMix(joined, feature_dim, projection_dim, params.projection, seed);
    this.width = this.mix?.shape[1] ?? joined;
  }

  /**
   * @param x `[n, h, w, 3]` RGB, 0..255, borrowed
   * @returns `[n, h / stride, w / stride, width]`, owned by the caller
   */
  embed(x: Tensor4D): Tensor4D {
    const [, height, width] = x.shape;
    return tf.tidy(() => {
      const grid = { height: height / this.stride, width: width / this.stride };
      const layers = framedFeatures(this.extractor, this.context, x).map((features, i) => {
        const patches = this.aggregate(features, i);
        return patches.shape[1] === grid.height ? patches : resample(patches, grid, { interpolation: 'bilinear' });
      });
      const joined = layers.length === 1 ? layers[0] : tf.concat(layers, 3);
      if (this.mix === null) return joined;
      const [n, h, w, d] = joined.shape;
      return joined
        .reshape([n * h * w, d])
        .matMul(this.mix)
        .reshape([n, h, w, this.width]) as Tensor4D;
    });
  }

  dispose(): void {
    tf.dispose([...this.neighborhoods, this.mix].filter((tensor) => tensor !== null));
  }

  private aggregate(features: Tensor4D, layer: number): Tensor4D {
    const { patch_size, patch_padding } = this.params;
    const pooling = this.neighborhoods[layer];
    if (pooling !== null) return tf.conv2d(features, pooling, 1, 'same');
    if (patch_size === 1) return features;
    return avgPool(features, { size: patch_size, pad: (patch_size - 1) / 2, padding: patch_padding });
  }
}

/** The paper's `unfold` of a neighbourhood and mean over `channels * size * size` values to `to`, as one convolution. */
function neighborhoodPooling(channels: number, size: number, to: number): Tensor4D {
  return tf.tidy(() => {
    const matrix = tf.tensor4d(adaptivePoolMatrix(channels * size * size, to), [channels, size, size, to]);
    return matrix.transpose([1, 2, 0, 3]);
  });
}

/** Pooling of the joined channels and random projection are both linear: one matrix. */
function channelMix(
  from: number,
  pooled: number | null,
  projected: number | null,
  kind: EmbeddingParams['projection'],
  seed: number,
): Tensor2D | null {
  if (pooled === null && projected === null) return null;
  return tf.tidy(() => {
    const pooling = pooled === null ? null : tf.tensor2d(adaptivePoolMatrix(from, pooled), [from, pooled]);
    const projection = projected === null ? null : reduction(pooled ?? from, projected, kind, seed);
    if (pooling !== null && projection !== null) return pooling.matMul(projection) as Tensor2D;
    return (pooling ?? projection)!;
  });
}

function reduction(from: number, to: number, kind: EmbeddingParams['projection'], seed: number): Tensor2D {
  return kind === 'channels' ? randomChannels(from, to, seed) : randomProjection(from, to, kind, seed);
}
