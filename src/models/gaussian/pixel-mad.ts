import { Random } from '../../runtime/random.js';
import type { Tensor, Tensor3D, Tensor4D } from '../../runtime/tf.js';
import type { FitContext, FitSource } from '../detector.js';
import { MapDetector, type Learned } from '../maps/map-detector.js';
import { walkPictures } from '../maps/walk-pictures.js';
import { reduceChannels } from './channel-reduce.js';
import { levelMedians } from './level-medians.js';
import type { PixelMadParams } from './pixel-mad-params.js';

/** The MAD of a standard normal distribution. */
const NORMAL_MAD = 0.6745;
/** Keeps a quotient finite when the floor is 0. */
const EPSILON = 1e-6;

/**
 * Median and median absolute deviation (MAD) a pixel: the map is `0.6745 |x - median| / (MAD + 1e-6)`, with the MAD held to
 * `mad_floor` grey levels. Up to half of the training pictures may be bad at a pixel without moving it much (Iglewicz and
 * Hoaglin 1993).
 */
export class PixelMad extends MapDetector {
  protected readonly expected = { median: this.shape, mad: this.shape };

  constructor(private readonly params: PixelMadParams) {
    super('vision_pixel_mad_map', { size: params.resize_hw, color: params.color }, params);
  }

  protected async learn(source: FitSource, context: FitContext): Promise<Learned> {
    const chosen = this.choose(source.count, context.seed);
    const pictures: Uint8Array[] = [];
    await walkPictures(source, context, 'pixel medians', this.shape, (values, index) => {
      if (chosen.has(index)) pictures.push(Uint8Array.from(values));
    });
    const { median, mad } = levelMedians(pictures);
    const { mad_floor: floor } = this.params;
    return {
      median: { shape: this.shape, data: median },
      mad: { shape: this.shape, data: mad.map((value) => Math.max(value, floor)) },
    };
  }

  protected compare(pixels: Tensor4D, { median, mad }: Record<string, Tensor>): Tensor3D {
    const distance = pixels.sub(median).abs();
    const scaled = this.params.consistency_correction ? distance.mul(NORMAL_MAD) : distance;
    return reduceChannels(scaled.div(mad.add(EPSILON)) as Tensor4D, this.params.channel_reduce);
  }

  private choose(count: number, seed: number): Set<number> {
    const all = Array.from({ length: count }, (_, i) => i);
    const { max_train_images: most } = this.params;
    return new Set(count <= most ? all : new Random(seed).fork('pixel medians').shuffled(all).slice(0, most));
  }
}
