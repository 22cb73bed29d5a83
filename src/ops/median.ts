import { ShapeError } from '../errors.js';
import { tf, type Tensor3D } from '../runtime/tf.js';

/** Intermediate results of one strip of rows stay below this many values. */
const STRIP_VALUES = 2 ** 24;

/**
 * The median of every `ksize` x `ksize` neighbourhood; pixels outside repeat the nearest one inside, as in OpenCV.
 *
 * Exact, in minima and maxima only. Columns of the window are sorted once and shared by their neighbours, rows are sorted
 * across the columns, and of the then doubly sorted square only the entries that can be the median are compared further
 * (after Adams, Fast median filters using separable sorting networks, 2021). Costs about `ksize^2` whole-map operations.
 *
 * @param maps `[n, h, w]` float32, borrowed
 * @param ksize an odd number of 1 or more
 * @returns `[n, h, w]` float32, owned by the caller
 * @throws ShapeError if `ksize` is not odd
 */
export function medianBlur(maps: Tensor3D, ksize: number): Tensor3D {
  if (!Number.isInteger(ksize) || ksize < 1 || ksize % 2 === 0) {
    throw new ShapeError(`medianBlur: expected an odd window size of 1 or more, got ${ksize}`);
  }
  if (ksize === 1) return maps.clone();
  const [n, h, w] = maps.shape;
  const rows = Math.max(1, Math.floor(STRIP_VALUES / (3 * ksize * ksize * n * (w + ksize))));
  return tf.tidy(() => {
    const padded = replicateEdges(maps, ksize >> 1);
    const strips: Tensor3D[] = [];
    for (let y = 0; y < h; y += rows) {
      const count = Math.min(rows, h - y);
      strips.push(tf.tidy(() => medianOfWindows(padded.slice([0, y, 0], [-1, count + ksize - 1, -1]), ksize)));
    }
    return strips.length === 1 ? strips[0] : tf.concat(strips, 1);
  });
}

function replicateEdges(maps: Tensor3D, margin: number): Tensor3D {
  const clamped = (length: number) =>
    tf.tensor1d(
      Int32Array.from({ length: length + 2 * margin }, (_, i) => Math.min(Math.max(i - margin, 0), length - 1)),
      'int32',
    );
  return maps.gather(clamped(maps.shape[1]), 1).gather(clamped(maps.shape[2]), 2);
}

/** The median of every window that lies wholly inside `[n, h + k - 1, w + k - 1]`. */
function medianOfWindows(padded: Tensor3D, k: number): Tensor3D {
  const [, h, w] = padded.shape;
  const shifted = (values: Lazy, axis: 1 | 2, by: number): Lazy =>
    once(() => {
      const length = (axis === 1 ? h : w) - k + 1;
      return values().slice(axis === 1 ? [0, by, 0] : [0, 0, by], axis === 1 ? [-1, length, -1] : [-1, -1, length]);
    });
  const offsets = Array.from({ length: k }, (_, i) => i);
  const columns = sorted(offsets.map((dy) => shifted(() => padded, 1, dy)));
  const square = columns.map((rank) => sorted(offsets.map((dx) => shifted(rank, 2, dx))));
  const half = (k * k + 1) / 2;
  // Entry (i, j), counted from 1, has i * j entries at or below it and (k + 1 - i)(k + 1 - j) at or above it.
  const candidates = square.flatMap((row, i) =>
    row.filter((_, j) => (i + 1) * (j + 1) <= half && (k - i) * (k - j) <= half),
  );
  return sorted(candidates)[candidates.length >> 1]();
}

/** A map that is computed when it is first asked for: what no result needs is never computed. */
type Lazy = () => Tensor3D;

function once(make: Lazy): Lazy {
  let made: Tensor3D | null = null;
  return () => (made ??= make());
}

/** Sorts maps pixel by pixel with Batcher's merge exchange (Knuth, The Art of Computer Programming 3, 5.2.2 M). */
function sorted(maps: readonly Lazy[]): Lazy[] {
  const out = [...maps];
  const top = 2 ** Math.ceil(Math.log2(Math.max(out.length, 2)) - 1);
  for (let p = top; p > 0; p >>= 1) {
    for (let q = top, r = 0, d = p; ; d = q - p, q >>= 1, r = p) {
      for (let i = 0; i + d < out.length; i++) {
        if ((i & p) !== r) continue;
        const [a, b] = [out[i], out[i + d]];
        out[i] = once(() => tf.minimum(a(), b()));
        out[i + d] = once(() => tf.maximum(a(), b()));
      }
      if (q === p) break;
    }
  }
  return out;
}
