import { ShapeError } from '../errors.js';
import { tf, type Tensor4D } from '../runtime/tf.js';

export interface PoolRule {
  /** Side of the square window. */
  readonly size: number;
  readonly stride?: number;
  /** Pixels added on every side. */
  readonly pad?: number;
  /** `zero` is torch's `count_include_pad=True`; `reflect` mirrors without repeating the edge. */
  readonly padding?: 'zero' | 'reflect';
}

/**
 * Average pooling as torch's `AvgPool2d` does it: padding is explicit, symmetric and part of the mean. (TensorFlow's SAME leaves
 * padding out of the mean; local patches of a memory bank need the torch form.)
 *
 * @param x `[n, h, w, c]`, borrowed
 * @returns `[n, floor((h + 2 pad - size) / stride) + 1, ..., c]`, owned by the caller
 * @throws ShapeError when the window does not fit
 */
export function avgPool(x: Tensor4D, rule: PoolRule): Tensor4D {
  const { size, stride = 1, pad = 0, padding = 'zero' } = rule;
  const [, h, w] = x.shape;
  if (
    ![size, stride].every((v) => Number.isInteger(v) && v >= 1) ||
    !Number.isInteger(pad) ||
    pad < 0 ||
    2 * pad > size
  ) {
    throw new ShapeError(
      `avgPool: expected whole size and stride of 1 or more and pad up to size / 2, got ${size}, ${stride}, ${pad}`,
    );
  }
  if (h + 2 * pad < size || w + 2 * pad < size || (padding === 'reflect' && (pad >= h || pad >= w))) {
    throw new ShapeError(`avgPool: a window of ${size} with pad ${pad} does not fit into ${h} x ${w}`);
  }
  return tf.tidy(() => {
    const frame: [number, number][] = [
      [0, 0],
      [pad, pad],
      [pad, pad],
      [0, 0],
    ];
    const padded = pad === 0 ? x : padding === 'zero' ? tf.pad(x, frame) : tf.mirrorPad(x, frame, 'reflect');
    return tf.avgPool(padded, size, stride, 'valid');
  });
}
