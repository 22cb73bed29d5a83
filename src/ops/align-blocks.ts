import { ShapeError } from '../errors.js';
import { tf, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D } from '../runtime/tf.js';
import { borderIndex } from './border-index.js';

export interface BlockAlignment {
  /** The largest shift of a block, in whole pixels along each axis. */
  readonly search: number;
  /** Side of the window in which the pictures are compared. */
  readonly window: number;
}

/** Pixels between two neighbouring blocks. */
const STEP = 8;

/**
 * The reference as it lies in the picture: every block takes the shift at which the window around it differs least (sum of absolute
 * differences, as in block matching), so that play, shrinkage and small rotations of the part do not show. Of equal shifts the
 * smallest is taken; a window much larger than a defect keeps its shift when it holds one.
 *
 * @param references,pictures `[n, h, w]` float32, borrowed
 * @returns `[n, h, w]`: pixels of the reference, moved; owned by the caller
 * @throws ShapeError if an option is not a whole number in range
 */
export function alignBlocks(references: Tensor3D, pictures: Tensor3D, { search, window }: BlockAlignment): Tensor3D {
  if (!Number.isInteger(search) || search < 0 || !Number.isInteger(window) || window < 1) {
    throw new ShapeError(
      `alignBlocks: expected a search of 0 or more and a window of 1 or more whole pixels, got ${search} and ${window}`,
    );
  }
  if (search === 0) return references.clone();
  const [n, h, w] = pictures.shape;
  return tf.tidy(() => {
    const padded = replicated(references, search);
    const [down, across] = [windowMeans(h, window), windowMeans(w, window)];
    const candidates = nearestFirst(search);
    let least: Tensor | null = null;
    let chosen: Tensor | null = null;
    for (const [i, { y, x }] of candidates.entries()) {
      [least, chosen] = tf.tidy(() => {
        const moved = padded.slice([0, search - y, search - x], [-1, h, w]);
        const cost = blockMeans(pictures.sub<Tensor3D>(moved).abs(), down, across);
        if (least === null || chosen === null) return [cost, tf.zerosLike(cost)];
        return [tf.minimum(cost, least), tf.where(cost.less(least), tf.fill(cost.shape, i), chosen)];
      });
    }
    const index = (axis: 'x' | 'y') =>
      tf.tensor1d(
        candidates.map((candidate) => candidate[axis]),
        'int32',
      );
    const shift = (axis: 'x' | 'y') => {
      const blocks = tf.gather(index(axis), (chosen as Tensor).toInt() as Tensor3D);
      return tf.gather(tf.gather(blocks, blockOf(h), 1), blockOf(w), 2);
    };
    const rows = tf
      .range(0, h, 1, 'int32')
      .reshape([1, h, 1])
      .sub(shift('y'))
      .clipByValue(0, h - 1);
    const columns = tf
      .range(0, w, 1, 'int32')
      .reshape([1, 1, w])
      .sub(shift('x'))
      .clipByValue(0, w - 1);
    const picture = tf
      .range(0, n, 1, 'int32')
      .reshape([n, 1, 1])
      .mul(h * w);
    const from = picture.add(rows.mul(w)).add(columns).toInt() as Tensor3D;
    return tf.gather<Tensor>(references.reshape([n * h * w]), from) as Tensor3D;
  });
}

function nearestFirst(search: number): { y: number; x: number }[] {
  const side = Array.from({ length: 2 * search + 1 }, (_, i) => i - search);
  const all = side.flatMap((y) => side.map((x) => ({ y, x })));
  return all.sort((a, b) => a.y ** 2 + a.x ** 2 - (b.y ** 2 + b.x ** 2));
}

function replicated(maps: Tensor3D, by: number): Tensor3D {
  const at = (length: number) =>
    tf.tensor1d(
      Int32Array.from({ length: length + 2 * by }, (_, i) => Math.min(Math.max(i - by, 0), length - 1)),
      'int32',
    );
  return tf.gather(tf.gather(maps, at(maps.shape[1]), 1), at(maps.shape[2]), 2);
}

/** `[length, blocks]`: the mean of the window around every block's middle, the picture mirrored at its border. */
function windowMeans(length: number, window: number): Tensor2D {
  const blocks = Math.ceil(length / STEP);
  const matrix = new Float32Array(length * blocks);
  for (let block = 0; block < blocks; block++) {
    const from = Math.floor(block * STEP + STEP / 2 - window / 2);
    for (let i = 0; i < window; i++) matrix[borderIndex(from + i, length, 'reflect') * blocks + block] += 1 / window;
  }
  return tf.tensor2d(matrix, [length, blocks]);
}

function blockMeans(maps: Tensor3D, down: Tensor2D, across: Tensor2D): Tensor3D {
  const [n, h, w] = maps.shape;
  const [rows, columns] = [down.shape[1], across.shape[1]];
  const wide = maps
    .reshape<Tensor2D>([n * h, w])
    .matMul(across)
    .reshape<Tensor3D>([n, h, columns]);
  const tall = tf
    .transpose(wide, [0, 2, 1])
    .reshape<Tensor2D>([n * columns, h])
    .matMul(down);
  return tf.transpose(tall.reshape<Tensor3D>([n, columns, rows]), [0, 2, 1]);
}

function blockOf(length: number): Tensor1D {
  return tf.tensor1d(
    Int32Array.from({ length }, (_, i) => Math.floor(i / STEP)),
    'int32',
  );
}
