import { tf, type Tensor3D, type Tensor4D } from '../runtime/tf.js';
import { type StructuringElement } from './structuring-element.js';

/** Stands for "outside the map", which never wins a maximum; finite, because 0 * Infinity is not a number. */
const OUTSIDE = -3.4e38;

/**
 * Grey-scale dilation: the maximum over the element's window. Pixels outside the map never count.
 *
 * @param maps `[n, h, w]` float32, borrowed; a binary mask is a map of 0 and 1
 * @returns `[n, h, w]` float32, owned by the caller
 */
export function dilate(maps: Tensor3D, by: StructuringElement): Tensor3D {
  const { ksize, anchor, spans } = by;
  if (ksize === 1) return maps.clone();
  const [, h, w] = maps.shape;
  return tf.tidy(() => {
    const after = ksize - 1 - anchor;
    const frame: [number, number][] = [
      [0, 0],
      [anchor, after],
      [anchor, after],
    ];
    const padded = maps.pad<Tensor3D>(frame, OUTSIDE);
    let out: Tensor3D | null = null;
    for (const { span, from, rows } of bands(spans)) {
      const [left, right] = span;
      const band: Tensor3D = padded.slice([0, from, left], [-1, h + rows - 1, w + right - left - 1]);
      const tall = maximumOfRows(band, rows);
      const highest = right - left === 1 ? tall : swapped(maximumOfRows(swapped(tall), right - left));
      out = out === null ? highest : tf.maximum<Tensor3D>(out, highest);
    }
    return out!;
  });
}

/**
 * The maximum of every `count` successive rows. The columns stand in for the channels of the pool, which every backend
 * walks fastest: a pool over one channel is 20 times slower on the native one.
 */
function maximumOfRows(maps: Tensor3D, count: number): Tensor3D {
  if (count === 1) return maps;
  const [n, h, w] = maps.shape;
  return tf.maxPool(maps.reshape<Tensor4D>([n, h, 1, w]), [count, 1], 1, 'valid').reshape([n, h - count + 1, w]);
}

function swapped(maps: Tensor3D): Tensor3D {
  return tf.transpose(maps, [0, 2, 1]);
}

/** Grey-scale erosion: the minimum over the element's window, as `dilate` otherwise. */
export function erode(maps: Tensor3D, by: StructuringElement): Tensor3D {
  return tf.tidy(() => tf.neg(dilate(tf.neg(maps), by)));
}

/** Neighbouring rows with the same span are one rectangle, and one pair of pools. */
function bands(spans: StructuringElement['spans']): { span: readonly [number, number]; from: number; rows: number }[] {
  const out: { span: readonly [number, number]; from: number; rows: number }[] = [];
  spans.forEach((span, i) => {
    const last = out.at(-1);
    if (last !== undefined && last.span[0] === span[0] && last.span[1] === span[1]) last.rows++;
    else out.push({ span, from: i, rows: 1 });
  });
  return out;
}
