import { tf, type Tensor3D } from '../runtime/tf.js';
import { dilate, erode } from './morphology.js';
import type { StructuringElement } from './structuring-element.js';

/**
 * By how much each pixel of `a` lies outside what `b` shows around that place: above the maximum or below the minimum over the element's
 * window. A difference that a shift within the window explains is 0; a bright and a dark deviation count alike.
 *
 * @param a,b `[n, h, w]` float32, borrowed
 * @returns `[n, h, w]` float32, 0 or more, owned by the caller
 */
export function beyondTolerance(a: Tensor3D, b: Tensor3D, around: StructuringElement): Tensor3D {
  return tf.tidy(() => tf.maximum(a.sub(dilate(b, around)), erode(b, around).sub(a)).maximum<Tensor3D>(0));
}
