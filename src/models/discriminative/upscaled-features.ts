import { avgPool } from '../../ops/pool.js';
import { resample } from '../../ops/resample.js';
import { tf, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import { frameWidth } from '../backbones/frame-width.js';
import { framedFeatures } from '../backbones/framed-features.js';
import { adaptivePoolMatrix } from '../memory-bank/adaptive-pool.js';
import type { PlaceFeatures } from './place-features.js';

/**
 * The features of SuperSimpleNet: every layer is brought bilinearly to the grid of the finest one, or a finer one, and every place is the mean of
 * its 3 x 3 neighbourhood.
 */
export class UpscaledFeatures implements PlaceFeatures {
  readonly width: number;
  private readonly context: number;
  private readonly stride: number;
  private readonly mix: Tensor2D | null;

  /**
   * @param extractor borrowed
   * @param width to which the joined layers are pooled; null keeps them
   * @param finer times as fine the grid is as that of the finest layer
   * @throws ConfigError when the context does not fit the backbone
   */
  constructor(
    private readonly extractor: FeatureExtractor,
    context: number | null,
    width: number | null,
    finer: number,
  ) {
    this.context = frameWidth(extractor, context);
    this.stride = Math.min(...extractor.taps.map((tap) => tap.stride)) / finer;
    const joined = extractor.taps.reduce((sum, { channels }) => sum + channels, 0);
    this.width = width ?? joined;
    this.mix = width === null ? null : tf.tensor2d(adaptivePoolMatrix(joined, width), [joined, width]);
  }

  embed(x: Tensor4D): Tensor4D {
    const [, h, w] = x.shape;
    const grid = { height: h / this.stride, width: w / this.stride };
    return tf.tidy(() => {
      const layers = framedFeatures(this.extractor, this.context, x);
      const joined = tf.concat(
        layers.map((layer) => resample(layer, grid, { interpolation: 'bilinear' })),
        3,
      );
      const local = avgPool(joined, { size: 3, pad: 1 });
      if (this.mix === null) return local;
      const rows = local.reshape<Tensor2D>([-1, local.shape[3]]);
      return rows.matMul(this.mix).reshape<Tensor4D>([-1, grid.height, grid.width, this.width]);
    });
  }

  dispose(): void {
    this.mix?.dispose();
  }
}
