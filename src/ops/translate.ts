import { tf, type Tensor1D, type Tensor2D, type Tensor3D, type Tensor4D } from '../runtime/tf.js';

/**
 * Moves each picture by a shift of its own, linearly between pixels; what comes in from outside repeats the nearest edge pixel.
 *
 * @param pictures `[n, h, w, c]` float32, borrowed
 * @param shifts `[n, 2]` float32: pixels down and pixels right, borrowed; they may come from the device, nothing is read back
 * @returns `[n, h, w, c]` float32, owned by the caller
 */
export function translate(pictures: Tensor4D, shifts: Tensor2D): Tensor4D {
  return tf.tidy(() => {
    const moved = pictures.unstack().map((picture, i) => {
      const of = (axis: number) => shifts.slice([i, axis], [1, 1]).reshape<Tensor1D>([1]);
      return along(along(picture as Tensor3D, 0, of(0)), 1, of(1));
    });
    return tf.stack(moved) as Tensor4D;
  });
}

/** Whole shifts copy pixels: the weight of the second neighbour is 0 then. */
function along(picture: Tensor3D, axis: 0 | 1, shift: Tensor1D): Tensor3D {
  const length = picture.shape[axis];
  const at = tf.range(0, length).sub(shift);
  const first = tf.floor(at);
  const part = at.sub(first).reshape(axis === 0 ? [length, 1, 1] : [1, length, 1]);
  const neighbour = (by: number) => {
    const places = first.add(by).clipByValue(0, length - 1);
    return tf.gather(picture, places.toInt() as Tensor1D, axis);
  };
  const before = neighbour(0);
  return before.add(neighbour(1).sub(before).mul(part));
}
