import { tf, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D } from '../runtime/tf.js';

/**
 * Moves each map by a shift of its own, linearly between pixels; what comes in from outside repeats the nearest edge pixel.
 *
 * @param maps `[n, h, w]` float32, borrowed
 * @param shifts `[n, 2]` float32: pixels down and pixels right, borrowed; they may come from the device, nothing is read back
 * @returns `[n, h, w]` float32, owned by the caller
 */
export function translate(maps: Tensor3D, shifts: Tensor2D): Tensor3D {
  return tf.tidy(() => {
    const moved = maps.unstack().map((map, i) => {
      const of = (axis: number) => shifts.slice([i, axis], [1, 1]).reshape<Tensor1D>([1]);
      return alongRows(tf.transpose(alongRows(map as Tensor2D, of(0))), of(1)).transpose();
    });
    return tf.stack(moved) as Tensor3D;
  });
}

/** Whole shifts copy pixels: the weight of the second neighbour is 0 then. */
function alongRows(map: Tensor, shift: Tensor1D): Tensor {
  const rows = map.shape[0];
  const at = tf.range(0, rows).sub(shift);
  const first = tf.floor(at);
  const part = at.sub(first).reshape([rows, 1]);
  const row = (by: number) =>
    tf.gather(
      map,
      first
        .add(by)
        .clipByValue(0, rows - 1)
        .toInt() as Tensor1D,
    );
  const before = row(0);
  return before.add(row(1).sub(before).mul(part));
}
