import type { Tensor, Tensor3D, Tensor4D } from '../../runtime/tf.js';
import type { FitContext, FitSource } from '../detector.js';
import { MapDetector, type Learned } from '../maps/map-detector.js';
import { walkPictures } from '../maps/walk-pictures.js';
import { reduceChannels } from './channel-reduce.js';
import type { PixelMeanAbsdiffParams } from './pixel-mean-absdiff-params.js';
import { RunningMoments } from './running-moments.js';

/**
 * The mean picture: the map is `|x - mean| / 255`, 0 to 1, the mean over the channels. The plainest reference; it does not
 * know where good parts vary.
 */
export class PixelMeanAbsdiff extends MapDetector {
  protected readonly expected = { mean: this.shape };

  constructor(params: PixelMeanAbsdiffParams) {
    super('vision_pixel_mean_absdiff_map', { size: params.resize_hw, color: params.color }, params);
  }

  protected async learn(source: FitSource, context: FitContext): Promise<Learned> {
    const moments = new RunningMoments(this.shape[0] * this.shape[1] * this.shape[2]);
    await walkPictures(source, context, 'mean picture', this.shape, (values) => moments.add(values));
    return { mean: { shape: this.shape, data: Float32Array.from(moments.mean) } };
  }

  protected compare(pixels: Tensor4D, { mean }: Record<string, Tensor>): Tensor3D {
    const share = pixels.sub(mean).abs().div(255).clipByValue(0, 1) as Tensor4D;
    return reduceChannels(share, 'mean');
  }
}
