import type { Tensor, Tensor3D, Tensor4D } from '../../runtime/tf.js';
import type { FitContext, FitSource } from '../detector.js';
import { MapDetector, type Learned } from '../maps/map-detector.js';
import { walkPictures } from '../maps/walk-pictures.js';
import { reduceChannels } from './channel-reduce.js';
import type { PixelGaussianParams } from './pixel-gaussian-params.js';
import { RunningMoments } from './running-moments.js';

/** Keeps a quotient finite when the floor is 0. */
const EPSILON = 1e-6;

/**
 * A normal distribution a pixel: the map is `|x - mean| / (std + 1e-6)`, in standard deviations, with the sample standard
 * deviation held to `std_floor` grey levels. For parts of fixed pose and light.
 */
export class PixelGaussian extends MapDetector {
  protected readonly expected = { mean: this.shape, std: this.shape };

  constructor(private readonly params: PixelGaussianParams) {
    super('vision_pixel_gaussian_map', { size: params.resize_hw, color: params.color }, params);
  }

  protected async learn(source: FitSource, context: FitContext): Promise<Learned> {
    const moments = new RunningMoments(this.shape[0] * this.shape[1] * this.shape[2]);
    await walkPictures(source, context, 'pixel statistics', this.shape, (values) => moments.add(values));
    const { std_floor: floor } = this.params;
    return {
      mean: { shape: this.shape, data: Float32Array.from(moments.mean) },
      std: { shape: this.shape, data: Float32Array.from(moments.standardDeviation(), (std) => Math.max(std, floor)) },
    };
  }

  protected compare(pixels: Tensor4D, { mean, std }: Record<string, Tensor>): Tensor3D {
    const deviations = pixels.sub(mean).abs().div(std.add(EPSILON)) as Tensor4D;
    return reduceChannels(deviations, this.params.channel_reduce);
  }
}
