import { ShapeError } from '../../errors.js';
import { alignBlocks } from '../../ops/align-blocks.js';
import { nearbyDistance } from '../../ops/nearby-distance.js';
import { reduceMap } from '../../ops/reduce-map.js';
import { registerShift } from '../../ops/register-shift.js';
import { compiled } from '../../runtime/compile/compiled.js';
import { tf, type Tensor, type Tensor1D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import { checkSides } from '../check-sides.js';
import type { Scored } from '../detector.js';
import { PatchEmbedding } from '../memory-bank/patch-embedding.js';
import type { RefPatchDistanceParams } from './ref-patch-distance-params.js';
import { ReferenceDetector } from './reference-detector.js';

/** Steps a pixel of the shift of the whole picture. */
const STEPS = 10;

/** The features come as the backbone gives them. */
const PLAIN = {
  layer_dim: null,
  feature_dim: null,
  projection_dim: null,
  projection: 'gaussian',
} as const;

/**
 * The distance of every patch of a picture to the nearest patch around the same place of its reference, which is laid over the
 * picture before: as a whole (phase correlation), then part by part (block matching).
 */
export class RefPatchDistance extends ReferenceDetector<RefPatchDistanceParams> {
  private readonly embedding: PatchEmbedding;
  private readonly forward;

  /** @param extractor owned by the detector from now on */
  constructor(
    params: RefPatchDistanceParams,
    private readonly extractor: FeatureExtractor,
  ) {
    const { resize, interpolation, antialias } = params;
    checkSides(resize, extractor);
    super(
      'vision_ref_patch_distance_map',
      params,
      { resize, interpolation, antialias, color: 'rgb', quantize: false },
      { interpolation: params.map_interpolation, sigma: params.map_sigma },
    );
    this.embedding = new PatchEmbedding(extractor, { ...params, ...PLAIN }, 0);
    this.forward = compiled((inputs) => this.scored(inputs), { name: this.name });
  }

  protected async compare(pixels: Tensor4D, references: Tensor4D): Promise<Scored> {
    const [, h, w] = pixels.shape;
    const { multiple } = this.extractor;
    if (h % multiple !== 0 || w % multiple !== 0) {
      throw new ShapeError(`${this.name}: expected sides that are multiples of ${multiple}, got ${h} x ${w}`);
    }
    const [scores, maps] = await this.forward.run([pixels, references]);
    return { scores: scores as Tensor1D, maps: maps as Tensor3D };
  }

  override dispose(): void {
    super.dispose();
    this.forward.dispose();
    this.embedding.dispose();
    this.extractor.dispose();
  }

  private scored([pixels, references]: Tensor[]): Tensor[] {
    const { search, distance, score_top } = this.params;
    return tf.tidy(() => {
      const laid = this.laidOver(references as Tensor4D, pixels as Tensor4D);
      const features = this.embedding.embed(pixels as Tensor4D);
      const maps = nearbyDistance(features, this.embedding.embed(laid), { search, distance });
      const top = { method: score_top === 0 ? 'max' : 'topk_mean', topk: score_top === 0 ? 1 : score_top } as const;
      return [reduceMap(maps, top), maps];
    });
  }

  private laidOver(references: Tensor4D, pixels: Tensor4D): Tensor4D {
    const { max_shift: maxShift, local_shift, local_window } = this.params;
    const registered = registerShift(references, pixels, { maxShift, upsample: STEPS });
    return alignBlocks(registered, pixels, { search: local_shift, window: local_window });
  }
}
