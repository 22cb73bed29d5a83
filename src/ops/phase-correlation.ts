import { ShapeError } from '../errors.js';
import { tf, type Tensor, type Tensor2D, type Tensor3D, type Tensor4D } from '../runtime/tf.js';
import { translate } from './translate.js';

export interface PhaseCorrelationOptions {
  /** The largest shift that is looked for, in pixels along each axis; `null` = half the picture. */
  readonly maxShift: number | null;
  /** Steps a pixel of the result. */
  readonly upsample: number;
}

/** Wavelengths below this many pixels are edges' jags and noise, and alias between two shots. */
const SHORTEST_WAVE = 6;
/** The most frequencies along an axis: what a large picture has more tells nothing new about one shift. */
const MOST_FREQUENCIES = 96;
/** Frequencies with less than this share of the mean power have no phase to speak of. */
const FAINT = 1e-2;

/**
 * How far each picture is moved against its reference: phase correlation (Kuglin and Hines 1975) over the low frequencies (Stone et al.
 * 2001), its peak found on whole pixels and then on a finer grid around it by the matrix form of the discrete Fourier transform
 * (Guizar-Sicairos et al. 2008). Both pictures fade out towards their border (Hann window). Matrix products only, so that every backend
 * runs it, and nothing is read back.
 *
 * @param pictures `[n, h, w]` float32, borrowed
 * @param references `[n, h, w]` or `[1, h, w]` float32, borrowed
 * @returns `[n, 2]`: dy and dx, positive where the content of the picture lies further down and right; owned by the caller
 * @throws ShapeError if the sizes differ or an option is not a positive whole number
 */
export function phaseCorrelation(
  pictures: Tensor3D,
  references: Tensor3D,
  { maxShift, upsample }: PhaseCorrelationOptions,
): Tensor2D {
  const [, h, w] = pictures.shape;
  if (references.shape[1] !== h || references.shape[2] !== w) {
    throw new ShapeError(
      `phaseCorrelation: expected references of ${h} x ${w}, got ${references.shape[1]} x ${references.shape[2]}`,
    );
  }
  if (
    !Number.isInteger(upsample) ||
    upsample < 1 ||
    (maxShift !== null && (!Number.isInteger(maxShift) || maxShift < 0))
  ) {
    throw new ShapeError(
      `phaseCorrelation: expected whole numbers, upsample of 1 or more and maxShift of 0 or more, got ${upsample} and ${maxShift}`,
    );
  }
  return tf.tidy(() => {
    const vertical = new Axis(h, false);
    const horizontal = new Axis(w, true);
    const a = spectrum(pictures, vertical, horizontal);
    const correlated = (to: Tensor3D) =>
      whitened(timesConjugate(a, spectrum(to, vertical, horizontal)), vertical, horizontal);
    const within = (length: number) => steps(Math.min(maxShift ?? Infinity, length >> 1), 1);
    const coarse = peak(correlated(references), vertical, horizontal, within(h), within(w));
    if (upsample === 1) return coarse;
    // Both fade out at the same place of the part now: a shift under a fixed window is seen as less than it is.
    const near = correlated(translate(tiled(references, pictures.shape[0]), coarse).squeeze<Tensor3D>([3]));
    const fine = steps(1, upsample);
    return coarse.add<Tensor2D>(peak(near, vertical, horizontal, fine, fine));
  });
}

/** `[n, fy, fx]` each */
interface Complex {
  readonly re: Tensor;
  readonly im: Tensor;
}

/** The frequencies of one axis; of a real picture, half of them along one axis are enough. */
class Axis {
  readonly frequencies: number[];

  constructor(
    readonly length: number,
    half: boolean,
  ) {
    const most = Math.max(1, Math.min(MOST_FREQUENCIES, Math.floor(length / SHORTEST_WAVE)));
    const from = half ? 0 : -most;
    this.frequencies = Array.from({ length: most - from + 1 }, (_, i) => from + i);
  }

  /** `[2, positions, frequencies]` flattened to `[positions, 2 * frequencies]`: cosines, then sines. */
  waves(positions: readonly number[]): Tensor2D {
    const count = this.frequencies.length;
    const values = new Float32Array(positions.length * 2 * count);
    positions.forEach((at, row) =>
      this.frequencies.forEach((k, i) => {
        const angle = (2 * Math.PI * k * at) / this.length;
        values[row * 2 * count + i] = Math.cos(angle);
        values[row * 2 * count + count + i] = Math.sin(angle);
      }),
    );
    return tf.tensor2d(values, [positions.length, 2 * count]);
  }

  /** Falls off smoothly towards the shortest wave, so that the peak has no side lobes. */
  weight(k: number): number {
    const most = this.frequencies.at(-1)!;
    return Math.exp(-2 * (k / (most + 1)) ** 2);
  }
}

function spectrum(pictures: Tensor3D, vertical: Axis, horizontal: Axis): Complex {
  const [n, h, w] = pictures.shape;
  const fade = tf.outerProduct(hann(h), hann(w));
  const faded = pictures.sub(tf.mean(pictures, [1, 2], true)).mul(fade);
  const across = along(faded.reshape([n, h, w]), horizontal.waves(range(w)));
  const both = along(tf.transpose(across, [0, 2, 1]), vertical.waves(range(h)));
  // [n, cos x | sin x, cos y | sin y]
  const [fx, fy] = [horizontal.frequencies.length, vertical.frequencies.length];
  const part = (x: number, y: number) => tf.transpose(both.slice([0, x * fx, y * fy], [-1, fx, fy]), [0, 2, 1]);
  return { re: part(0, 0).sub(part(1, 1)), im: part(0, 1).add(part(1, 0)).neg() };
}

/** `[n, a, b]` times `[b, c]` */
function along(x: Tensor, matrix: Tensor2D): Tensor {
  const [n, a, b] = x.shape as [number, number, number];
  return x
    .reshape<Tensor2D>([n * a, b])
    .matMul(matrix)
    .reshape([n, a, matrix.shape[1]]);
}

function timesConjugate(a: Complex, b: Complex): Complex {
  return { re: a.re.mul(b.re).add(a.im.mul(b.im)), im: a.im.mul(b.re).sub(a.re.mul(b.im)) };
}

/** Only the phases count; the mean grey level has none, and a column of the other half counts double. */
function whitened({ re, im }: Complex, vertical: Axis, horizontal: Axis): Complex {
  const power = re.square().add(im.square()).sqrt();
  const strong = power.add(tf.mean(power, [1, 2], true).mul(FAINT)).add(1e-20);
  const weights = vertical.frequencies.map((ky) =>
    horizontal.frequencies.map((kx) => {
      if (kx === 0) return ky === 0 ? 0 : vertical.weight(ky);
      return 2 * vertical.weight(ky) * horizontal.weight(kx);
    }),
  );
  const scale = tf.tensor2d(weights).div(strong);
  return { re: re.mul(scale), im: im.mul(scale) };
}

/** The offsets at which the correlation is highest, `[n, 2]`. */
function peak(cross: Complex, vertical: Axis, horizontal: Axis, down: number[], right: number[]): Tensor2D {
  const n = cross.re.shape[0];
  const [across, fx] = [horizontal.waves(right), horizontal.frequencies.length];
  const [upright, fy] = [vertical.waves(down), vertical.frequencies.length];
  const cosX = tf.transpose(across.slice([0, 0], [-1, fx])) as Tensor2D;
  const sinX = tf.transpose(across.slice([0, fx], [-1, fx])) as Tensor2D;
  const cosY = tf.transpose(upright.slice([0, 0], [-1, fy])) as Tensor2D;
  const sinY = tf.transpose(upright.slice([0, fy], [-1, fy])) as Tensor2D;
  const re = along(cross.re, cosX).sub(along(cross.im, sinX));
  const im = along(cross.re, sinX).add(along(cross.im, cosX));
  const surface = along(tf.transpose(re, [0, 2, 1]), cosY).sub(along(tf.transpose(im, [0, 2, 1]), sinY));
  const best = tf.argMax(surface.reshape([n, right.length * down.length]), 1).toInt();
  const column = tf.floorDiv(best, down.length).toInt();
  const row = best.sub(column.mul(down.length)).toInt();
  return tf.stack([tf.gather(tf.tensor1d(down), row), tf.gather(tf.tensor1d(right), column)], 1) as Tensor2D;
}

function tiled(references: Tensor3D, count: number): Tensor4D {
  return tf.tile(references, [count / references.shape[0], 1, 1]).expandDims(3);
}

function hann(length: number) {
  return tf.tensor1d(range(length).map((i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / length)));
}

function range(length: number): number[] {
  return Array.from({ length }, (_, i) => i);
}

/** `-most .. most` in steps of `1 / parts`. */
function steps(most: number, parts: number): number[] {
  return Array.from({ length: 2 * most * parts + 1 }, (_, i) => i / parts - most);
}
