import { tf, type Tensor3D } from '../runtime/tf.js';
import { separableFilter } from './separable-filter.js';

/** Sums over the window around every pixel, all `[n, h, w]`. */
export interface WindowMoments {
  /** The mean. */
  readonly mean: Tensor3D;
  /** `mean - 128`, rounded: the level that the sums below are taken around. */
  readonly level: Tensor3D;
  /** Sum of `x - 128`. */
  readonly sum: Tensor3D;
  /** Sum of `x - 128 - level`: at most half a level a pixel. */
  readonly rest: Tensor3D;
  /** The population variance, 0 or more. */
  readonly variance: Tensor3D;
}

/** A window; both sides odd. */
export interface Window {
  readonly height: number;
  readonly width: number;
}

/** Middle of the grey levels, so that sums stay small. */
const MIDDLE = 128;

/**
 * Mean and variance of the window around every pixel, border mirrored with its edge pixel (scipy's `reflect`).
 *
 * `E[x^2] - E[x]^2` loses most digits of a variance of a few grey levels in float32. Pixels are whole levels, so for windows of up
 * to 512 pixels every sum here is a whole number below 2^24, which float32 holds exactly: the sums are moved to the window's own mean level
 * before they are subtracted, and a flat window has a variance of exactly 0.
 *
 * @param pictures `[n, h, w]` float32, whole levels 0..255, borrowed
 * @returns owned by the caller
 */
export function windowMoments(pictures: Tensor3D, window: Window): WindowMoments {
  return tf.tidy(() => {
    const count = window.height * window.width;
    const x = pictures.sub<Tensor3D>(MIDDLE);
    const sum = windowSum(x, window);
    const level = tf.round(sum.div<Tensor3D>(count));
    const rest = sum.sub<Tensor3D>(level.mul(count));
    const squares = centred(windowSum(x.square(), window), { sum, level }, { sum, level }, count);
    const variance = squares.sub(rest.square().div(count)).div(count).maximum(0) as Tensor3D;
    return { mean: sum.div<Tensor3D>(count).add<Tensor3D>(MIDDLE), level, sum, rest, variance };
  });
}

/**
 * The population covariance of two pictures in the window around every pixel, exact as `windowMoments` is.
 *
 * @param a,b `[n, h, w]` or `[1, h, w]` float32, whole levels 0..255, borrowed, with their moments
 * @returns `[n, h, w]`, owned by the caller
 */
export function windowCovariance(
  a: { picture: Tensor3D; moments: WindowMoments },
  b: { picture: Tensor3D; moments: WindowMoments },
  window: Window,
): Tensor3D {
  return tf.tidy(() => {
    const count = window.height * window.width;
    const product = a.picture.sub(MIDDLE).mul<Tensor3D>(b.picture.sub(MIDDLE));
    const moved = centred(windowSum(product, window), a.moments, b.moments, count);
    return moved.sub(a.moments.rest.mul(b.moments.rest).div(count)).div(count) as Tensor3D;
  });
}

type Around = Pick<WindowMoments, 'sum' | 'level'>;

/** `sum (a - la)(b - lb)` from `sum a b`. */
function centred(products: Tensor3D, a: Around, b: Around, count: number): Tensor3D {
  return products.sub(a.level.mul(b.sum)).sub(b.level.mul(a.sum)).add(a.level.mul(b.level).mul(count)) as Tensor3D;
}

function windowSum(x: Tensor3D, { height, width }: Window): Tensor3D {
  const ones = (length: number) => ({ weights: new Float32Array(length).fill(1), anchor: (length - 1) / 2 });
  return separableFilter(x, ones(height), ones(width), 'reflect');
}
