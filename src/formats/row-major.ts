/** An array of numbers that can be copied. */
interface Numbers {
  readonly length: number;
  [index: number]: number;
  slice(): Numbers;
}

/**
 * Puts the values of an array whose first index runs fastest (Fortran, column-major) into the order in which the last one does.
 *
 * @returns a copy
 */
export function rowMajor<T extends Numbers>(data: T, shape: readonly number[]): T {
  const out = data.slice() as T;
  const index = shape.map(() => 0);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, 1));
  let from = 0;
  for (let to = 0; to < out.length; to++) {
    out[to] = data[from];
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis];
      if (++index[axis] < shape[axis]) break;
      from -= shape[axis] * strides[axis];
      index[axis] = 0;
    }
  }
  return out;
}
