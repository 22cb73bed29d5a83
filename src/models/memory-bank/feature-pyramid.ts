import { randomProjection } from '../../ops/random-projection.js';
import { resample } from '../../ops/resample.js';
import { tf, type Tensor2D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor, Tap } from '../backbones/extractor.js';
import { findTap } from '../backbones/find-tap.js';
import { frameWidth } from '../backbones/frame-width.js';
import { framedFeatures } from '../backbones/framed-features.js';
import type { SpadeParams } from './spade-params.js';

/**
 * What SPADE sees of a picture, from one forward pass: one layer averaged over the picture, and the chosen layers side by side at every
 * place of the finest grid among them. Plain tfjs that reads nothing back.
 */
export class FeaturePyramid {
  /** Values that describe a picture. */
  readonly imageWidth: number;
  /** Values that describe a place. */
  readonly width: number;
  /** Pixels of the input that lie between two neighbouring places. */
  readonly stride: number;
  private readonly context: number;
  private readonly imageTap: Tap;
  private readonly taps: readonly Tap[];
  private readonly projection: Tensor2D | null;

  /**
   * @param extractor borrowed
   * @throws ConfigError when a layer is not among the backbone's, or the context does not fit it
   */
  constructor(
    private readonly extractor: FeatureExtractor,
    { backbone, context, image_layer, pyramid_layers, projection_dim }: SpadeParams,
    seed: number,
  ) {
    const { taps } = extractor;
    const id = 'weights' in backbone ? backbone.weights : backbone.name;
    this.context = frameWidth(extractor, context);
    this.imageTap = image_layer === null ? taps[taps.length - 1] : findTap(id, taps, image_layer);
    this.taps = pyramid_layers === null ? taps : pyramid_layers.map((layer) => findTap(id, taps, layer));
    this.imageWidth = this.imageTap.channels;
    this.stride = Math.min(...this.taps.map((tap) => tap.stride));
    const joined = this.taps.reduce((total, tap) => total + tap.channels, 0);
    this.projection =
      projection_dim === null || projection_dim >= joined
        ? null
        : randomProjection(joined, projection_dim, 'gaussian', seed);
    this.width = this.projection?.shape[1] ?? joined;
  }

  /**
   * @param x `[n, h, w, 3]` RGB, 0..255, borrowed
   * @returns `image` `[n, imageWidth]` and `places` `[n, h * w / stride^2, width]`, owned by the caller
   */
  describe(x: Tensor4D): { image: Tensor2D; places: Tensor3D } {
    const [n, height, width] = x.shape;
    const grid = { height: height / this.stride, width: width / this.stride };
    const [image, places] = tf.tidy(() => {
      const layers = framedFeatures(this.extractor, this.context, x);
      const layerOf = (tap: Tap) => layers[this.extractor.taps.indexOf(tap)];
      const aligned = this.taps.map((tap) =>
        tap.stride === this.stride ? layerOf(tap) : resample(layerOf(tap), grid, { interpolation: 'bilinear' }),
      );
      const joined = (aligned.length === 1 ? aligned[0] : tf.concat(aligned, 3)).reshape([
        n * grid.height * grid.width,
        -1,
      ]) as Tensor2D;
      const narrow = this.projection === null ? joined : joined.matMul(this.projection);
      return [
        layerOf(this.imageTap).mean([1, 2]) as Tensor2D,
        narrow.reshape([n, grid.height * grid.width, this.width]) as Tensor3D,
      ];
    });
    return { image, places };
  }

  dispose(): void {
    this.projection?.dispose();
  }
}
