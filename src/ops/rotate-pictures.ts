import { tf, type Tensor, type Tensor4D } from '../runtime/tf.js';
import { borderIndex } from './border-index.js';

/**
 * Turns pictures about their centre on a canvas of the same size: bilinear between pixel centres, with the picture mirrored outwards
 * where the turned canvas leaves it.
 *
 * @param pictures `[n, h, w, c]` float32, borrowed
 * @param degrees counter-clockwise as the picture is seen
 * @returns `[n, h, w, c]` float32, owned by the caller
 */
export function rotatePictures(pictures: Tensor4D, degrees: number): Tensor4D {
  const [n, h, w, c] = pictures.shape;
  const corners = bilinearCorners(h, w, degrees);
  return tf.tidy(() => {
    const pixels = pictures.reshape([n, h * w, c]);
    const parts = corners.map(({ places, weights }) =>
      tf.gather(pixels as Tensor, tf.tensor1d(places, 'int32'), 1).mul(tf.tensor2d(weights, [h * w, 1])),
    );
    return tf.addN(parts).reshape([n, h, w, c]) as Tensor4D;
  });
}

interface Corner {
  readonly places: Int32Array;
  readonly weights: Float32Array;
}

/** For every pixel of the turned canvas, the four pixels that it is mixed of, and their shares. */
function bilinearCorners(h: number, w: number, degrees: number): Corner[] {
  const angle = (degrees * Math.PI) / 180;
  // Quarter turns are exact only if their cosine is exactly 0.
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)].map((v) => Math.round(v * 1e12) / 1e12);
  const [cy, cx] = [(h - 1) / 2, (w - 1) / 2];
  const corners = Array.from({ length: 4 }, () => ({
    places: new Int32Array(h * w),
    weights: new Float32Array(h * w),
  }));
  for (let y = 0; y < h; y++) {
    for (let x = 0; x < w; x++) {
      const fromX = cx + cos * (x - cx) - sin * (y - cy);
      const fromY = cy + sin * (x - cx) + cos * (y - cy);
      const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
      const [right, below] = [fromX - left, fromY - top];
      for (const [i, corner] of corners.entries()) {
        const [dy, dx] = [i >> 1, i & 1];
        const [row, column] = [borderIndex(top + dy, h, 'reflect101'), borderIndex(left + dx, w, 'reflect101')];
        corner.places[y * w + x] = row * w + column;
        corner.weights[y * w + x] = (dy === 1 ? below : 1 - below) * (dx === 1 ? right : 1 - right);
      }
    }
  }
  return corners;
}
