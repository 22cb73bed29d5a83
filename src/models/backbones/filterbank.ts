import type { Filterbank } from '../../config/backbone.js';
import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor, Tap } from './extractor.js';
import { FILTER_RADIUS, gaborPairs, laplacian, type Filter } from './filters.js';

const ORIENTATIONS = 6;
/** Colour (3), oriented energies, blobs bright and dark, and the spread of the brightness. */
const CHANNELS_PER_LEVEL = 3 + ORIENTATIONS + 2 + 1;
/** A grey level of the rooted energies below which a flat area stays flat. */
const FLOOR = 1e-4;

/**
 * Fixed filters at several scales, as one short tensor graph that needs no weights: at every scale of a pyramid the local mean of
 * brightness and two opponent colours, the energy of oriented quadrature pairs, bright and dark blobs, and the local spread.
 */
export class FilterbankExtractor implements FeatureExtractor {
  readonly taps: readonly Tap[];
  readonly multiple: number;
  /** The filters mirror the picture themselves. */
  readonly context = 0;
  private readonly filters: Tensor4D;
  private readonly colors: Tensor4D;
  private readonly levels: number;
  private readonly stride: number;

  constructor(params: Filterbank) {
    this.stride = params.stride;
    this.levels = Math.min(params.levels, Math.log2(params.stride) + 1);
    this.multiple = params.stride;
    this.taps = [{ name: 'filterbank', stride: params.stride, channels: CHANNELS_PER_LEVEL * this.levels }];
    this.filters = toConvolution([...gaborPairs(ORIENTATIONS, 4, 1.6), laplacian(1)]);
    // Columns: brightness, red against green, yellow against blue; 0..1 and -1..1.
    this.colors = tf.tensor4d(
      [1 / 3, 1, 0.5, 1 / 3, -1, 0.5, 1 / 3, 0, -1].map((v) => v / 255),
      [1, 1, 3, 3],
    );
  }

  extract(x: Tensor4D): Tensor4D[] {
    return tf.tidy(() => {
      let level = tf.conv2d(x, this.colors, 1, 'valid');
      const features: Tensor4D[] = [];
      for (let i = 0; i < this.levels; i++) {
        if (i > 0) level = tf.avgPool(level, 2, 2, 'valid');
        features.push(this.responses(level, this.stride / 2 ** i));
      }
      return [tf.concat(features, 3)];
    });
  }

  dispose(): void {
    tf.dispose([this.filters, this.colors]);
  }

  /** Features of one scale, brought to the grid of the tap. */
  private responses(level: Tensor4D, pool: number): Tensor4D {
    const frame: [number, number] = [FILTER_RADIUS, FILTER_RADIUS];
    const gray = level.slice([0, 0, 0, 0], [-1, -1, -1, 1]);
    const padded = tf.mirrorPad(gray, [[0, 0], frame, frame, [0, 0]], 'reflect');
    const filtered = tf.conv2d(padded as Tensor4D, this.filters, 1, 'valid');
    const [even, odd, blob] = tf.split(filtered, [ORIENTATIONS, ORIENTATIONS, 1], 3);
    const energy = even.square().add(odd.square()).add(FLOOR).sqrt();
    const mean = (t: Tensor4D) => (pool === 1 ? t : tf.avgPool(t, pool, pool, 'valid'));
    const local = mean(
      tf.concat(
        [level, energy as Tensor4D, blob.relu() as Tensor4D, blob.neg().relu() as Tensor4D, gray.square() as Tensor4D],
        3,
      ),
    );
    const [means, second] = tf.split(local, [CHANNELS_PER_LEVEL - 1, 1], 3);
    const brightness = means.slice([0, 0, 0, 0], [-1, -1, -1, 1]);
    const spread = second.sub(brightness.square()).relu().add(FLOOR).sqrt();
    return tf.concat([means as Tensor4D, spread as Tensor4D], 3);
  }
}

/** Filters as the kernel of one convolution of a single channel. */
function toConvolution(filters: readonly Filter[]): Tensor4D {
  const side = 2 * FILTER_RADIUS + 1;
  return tf.tidy(
    () =>
      tf.stack(
        filters.map((filter) => tf.tensor3d(filter, [side, side, 1])),
        3,
      ) as Tensor4D,
  );
}
