import type { Filterbank } from '../../config/backbone.js';
import { ShapeError } from '../../errors.js';
import { tf, type Tensor, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor, Tap } from './extractor.js';
import { FILTER_RADIUS, gaborPairs, laplacian, type Filter } from './filters.js';

const ORIENTATIONS = 6;
const WAVELENGTH = 4;
/** Energies by orientation, bright and dark blobs; then brightness and two opponent colours, and the spread of the brightness. */
const CHANNELS_PER_LEVEL = ORIENTATIONS + 2 + 3 + 1;
/** Half the side of the window whose contrast the energies are measured against. */
const CONTRAST_RADIUS = 7;
/** Contrast (of 0..1) that is noise: below it, energies are not amplified. */
const NOISE = 0.03;
/** A relative energy that counts as none, so that its logarithm stays bounded. */
const FLOOR = 0.1;
/** The coarsest scale must hold the mirrored frame of the contrast window. */
const SMALLEST_SIDE = 8;

/**
 * Fixed filters at several scales, as one short tensor graph that needs no weights. At every scale of a pyramid: the energy of
 * oriented quadrature pairs and bright and dark blobs, relative to the local contrast and in logarithms, and the local mean of
 * brightness and two opponent colours, and the spread of the brightness. How it was chosen: docs/models/backbones.md.
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
    this.filters = toConvolution([...gaborPairs(ORIENTATIONS, WAVELENGTH, 0.4 * WAVELENGTH), laplacian(1)]);
    // Columns: brightness, red against green, yellow against blue; 0..1 and -1..1.
    this.colors = tf.tensor4d(
      [1 / 3, 1, 0.5, 1 / 3, -1, 0.5, 1 / 3, 0, -1].map((v) => v / 255),
      [1, 1, 3, 3],
    );
  }

  extract(x: Tensor4D): Tensor4D[] {
    const smallest = SMALLEST_SIDE * 2 ** (this.levels - 1);
    const [, h, w] = x.shape;
    if (Math.min(h, w) < smallest) {
      throw new ShapeError(
        `filterbank: expected sides of ${smallest} pixels or more for ${this.levels} levels, got ${h} x ${w}`,
      );
    }
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
    const gray = level.slice([0, 0, 0, 0], [-1, -1, -1, 1]);
    const filtered = tf.conv2d(mirrored(gray, FILTER_RADIUS), this.filters, 1, 'valid');
    const [even, odd, blob] = tf.split(filtered, [ORIENTATIONS, ORIENTATIONS, 1], 3);
    const energy = even.square().add(odd.square()).add(1e-6).sqrt();
    const strength = tf.concat([energy, blob.relu(), blob.neg().relu()], 3);
    const relative = strength.div(localContrast(gray).add(NOISE)).add(FLOOR).log();
    const joined = tf.concat([relative as Tensor4D, level, gray.square() as Tensor4D], 3);
    const local = pool === 1 ? joined : tf.avgPool(joined, pool, pool, 'valid');
    const [means, second] = tf.split(local, [CHANNELS_PER_LEVEL - 1, 1], 3);
    const brightness = means.slice([0, 0, 0, ORIENTATIONS + 2], [-1, -1, -1, 1]);
    return tf.concat([means as Tensor4D, deviation(second, brightness) as Tensor4D], 3);
  }
}

/** The standard deviation of the brightness around every pixel. */
function localContrast(gray: Tensor4D): Tensor4D {
  const side = 2 * CONTRAST_RADIUS + 1;
  const framed = mirrored(gray, CONTRAST_RADIUS);
  const moments = tf.concat([framed, framed.square() as Tensor4D], 3);
  const pooled = tf.avgPool(tf.avgPool(moments, [side, 1], 1, 'valid'), [1, side], 1, 'valid');
  const [mean, second] = tf.split(pooled, 2, 3);
  return deviation(second, mean) as Tensor4D;
}

function deviation(second: Tensor, mean: Tensor): Tensor {
  return second.sub(mean.square()).relu().add(1e-6).sqrt();
}

function mirrored(x: Tensor4D, radius: number): Tensor4D {
  const frame: [number, number] = [radius, radius];
  return tf.mirrorPad(x, [[0, 0], frame, frame, [0, 0]], 'reflect') as Tensor4D;
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
