import { tf, type Tensor3D } from '../runtime/tf.js';
import { borderIndex, type BorderMode } from './border-index.js';

/** How many pixels to add on each side. */
export interface Frame {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/**
 * Surrounds maps by their mirror image; a frame wider than the map is mirrored as often as needed, as OpenCV does.
 *
 * @param maps `[n, h, w]` float32, borrowed
 * @returns `[n, top + h + bottom, left + w + right]` float32, owned by the caller
 */
export function mirrorBorder(maps: Tensor3D, frame: Frame, mode: BorderMode): Tensor3D {
  const [, h, w] = maps.shape;
  const spare = mode === 'reflect' ? 0 : 1;
  const once = Math.max(frame.top, frame.bottom) <= h - spare && Math.max(frame.left, frame.right) <= w - spare;
  if (once) {
    const padding: [number, number][] = [
      [0, 0],
      [frame.top, frame.bottom],
      [frame.left, frame.right],
    ];
    return tf.mirrorPad(maps, padding, mode === 'reflect' ? 'symmetric' : 'reflect');
  }
  return tf.tidy(() => {
    const rows = tf.gather(maps, positions(frame.top, h, frame.bottom, mode), 1);
    return tf.gather(rows, positions(frame.left, w, frame.right, mode), 2);
  });
}

function positions(before: number, length: number, after: number, mode: BorderMode) {
  const at = Int32Array.from({ length: before + length + after }, (_, i) => borderIndex(i - before, length, mode));
  return tf.tensor1d(at, 'int32');
}
