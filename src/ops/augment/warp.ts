import { tf, type Tensor, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';

/**
 * Moves pictures by affine maps, every one by its own: bilinear between pixel centres, with the picture mirrored outwards where it is left.
 * Nothing is read back, and no gradient goes through.
 *
 * @param x `[n, h, w, c]`, borrowed
 * @param maps `[n, 6]`, borrowed: `a b e c d f` takes the pixel at (x, y) right of and below the centre from
 *   `(a x + b y + e, c x + d y + f)`
 * @returns of the shape of `x`, owned by the caller
 */
export function warp(x: Tensor4D, maps: Tensor2D): Tensor4D {
  const [n, h, w, c] = x.shape;
  return tf.tidy(() => {
    const [middleX, middleY] = [(w - 1) / 2, (h - 1) / 2];
    const across = tf.range(0, w).sub(middleX).reshape([1, 1, w]);
    const down = tf.range(0, h).sub(middleY).reshape([1, h, 1]);
    const [a, b, e, cc, d, f] = tf.split(maps, 6, 1).map((part) => part.reshape([n, 1, 1]));
    const horizontal = neighbours(a.mul(across).add(b.mul(down)).add(e).add(middleX), w);
    const vertical = neighbours(cc.mul(across).add(d.mul(down)).add(f).add(middleY), h);
    const first = tf
      .range(0, n, 1, 'int32')
      .mul(tf.scalar(h * w, 'int32'))
      .reshape([n, 1, 1]);
    const rows = x.reshape([n * h * w, c]);
    const parts = vertical.flatMap((row) =>
      horizontal.map((column) => {
        const place = first.add(row.at.mul(tf.scalar(w, 'int32'))).add(column.at);
        const share = row.share.mul(column.share).reshape([n * h * w, 1]);
        return tf.gather(rows, place.reshape([n * h * w]).toInt() as never).mul(share);
      }),
    );
    return tf.addN(parts).reshape([n, h, w, c]) as Tensor4D;
  });
}

/** The two pixels of an axis between which a position lies, mirrored into it, and their shares. */
function neighbours(position: Tensor, length: number): { at: Tensor; share: Tensor }[] {
  const before = tf.floor(position);
  const part = position.sub(before);
  return [
    { at: mirrored(before, length), share: tf.sub(1, part) },
    { at: mirrored(before.add(1), length), share: part },
  ];
}

function mirrored(at: Tensor, length: number): Tensor {
  const period = Math.max(1, 2 * (length - 1));
  const within = at.sub(tf.floor(at.div(period)).mul(period));
  return tf
    .minimum(within, tf.sub(period, within))
    .clipByValue(0, length - 1)
    .toInt();
}
