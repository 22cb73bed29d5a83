import { type Tensor, type Tensor4D, tf } from '../tf.js';

/** Rows or columns of padding before and after, as a window op really uses them. */
export interface Frame {
  readonly top: number;
  readonly bottom: number;
  readonly left: number;
  readonly right: number;
}

/** The attributes that decide where windows lie. */
export interface WindowAttributes {
  readonly filterSize: number | [number, number];
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | [number, number][];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Geometry of a 2-D pooling in NHWC. */
export function poolInfo(shape: readonly number[], a: WindowAttributes) {
  const pad = a.pad as number;
  const input = shape as [number, number, number, number];
  return tf.backend_util.computePool2DInfo(input, a.filterSize, a.strides, 1, pad, a.dimRoundingMode);
}

type WindowInfo = ReturnType<typeof poolInfo>;

/** True where TensorFlow cannot be told the padding by name. */
export function hasOwnPadding(info: WindowInfo): boolean {
  return info.padInfo.type !== 'VALID' && info.padInfo.type !== 'SAME';
}

/** The padding after which plain windows give `info`'s output size; rounding up may need more of it at the end. */
export function frameOf(info: WindowInfo): Frame {
  const { top, left } = info.padInfo;
  const rows = (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight;
  const columns = (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth;
  return {
    top,
    left,
    bottom: Math.max(0, rows - info.inHeight - top),
    right: Math.max(0, columns - info.inWidth - left),
  };
}

/** `[n, h, w, c]` with its frame, owned by the caller. */
export function padded(x: Tensor, frame: Frame, value = 0): Tensor4D {
  const paddings: [number, number][] = [
    [0, 0],
    [frame.top, frame.bottom],
    [frame.left, frame.right],
    [0, 0],
  ];
  return tf.pad(x as Tensor4D, paddings, value);
}

/** The inside of a framed tensor, owned by the caller. */
export function unpadded(x: Tensor, frame: Frame, shape: readonly number[]): Tensor4D {
  return tf.slice(x as Tensor4D, [0, frame.top, frame.left, 0], shape as [number, number, number, number]);
}

/**
 * How many times larger the whole window is than its part inside the picture, a window: `[1, outHeight, outWidth, 1]`.
 * An average over the inside is an average over the framed window times this.
 */
export function windowShare(info: WindowInfo): Tensor4D {
  const inside = (count: number, stride: number, size: number, start: number, length: number) =>
    Array.from({ length: count }, (_, i) => {
      const first = i * stride - start;
      return Math.min(first + size, length) - Math.max(first, 0);
    });
  const { strideHeight, strideWidth, filterHeight, filterWidth, padInfo } = info;
  const rows = inside(info.outHeight, strideHeight, filterHeight, padInfo.top, info.inHeight);
  const columns = inside(info.outWidth, strideWidth, filterWidth, padInfo.left, info.inWidth);
  const area = filterHeight * filterWidth;
  const shares = rows.flatMap((r) => columns.map((c) => area / (r * c)));
  return tf.tensor4d(shares, [1, info.outHeight, info.outWidth, 1]);
}
