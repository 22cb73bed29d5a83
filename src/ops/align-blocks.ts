import { ShapeError } from '../errors.js';
import { tf, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, type Tensor4D } from '../runtime/tf.js';
import { borderIndex } from './border-index.js';

export interface BlockAlignment {
  /** The largest shift of a block, in whole pixels along each axis. */
  readonly search: number;
  /** Side of the window in which the pictures are compared. */
  readonly window: number;
}

/** Pixels between two neighbouring blocks. */
const STEP = 8;
/** Above this, most of a shift is found at half the resolution, where it costs a sixteenth. */
const FULL_SEARCH = 2;
/** Below this side, half a picture has too little left to compare. */
const LEAST_HALVED = 64;

/**
 * The reference as it lies in the picture: every block takes the shift at which the window around it differs least (sum of absolute
 * differences, as in block matching), so that play, shrinkage and small rotations of the part do not show. Shifts of more than 2 pixels are
 * searched from coarse to fine. Of equal shifts the smallest is taken; a window much larger than a defect keeps its shift when it holds
 * one.
 *
 * @param references,pictures `[n, h, w, c]` float32, borrowed; the mean of the channels decides
 * @returns `[n, h, w, c]`: pixels of the reference, moved; owned by the caller
 * @throws ShapeError if an option is not a whole number in range
 */
export function alignBlocks(references: Tensor4D, pictures: Tensor4D, { search, window }: BlockAlignment): Tensor4D {
  if (!Number.isInteger(search) || search < 0 || !Number.isInteger(window) || window < 1) {
    throw new ShapeError(
      `alignBlocks: expected a search of 0 or more and a window of 1 or more whole pixels, got ${search} and ${window}`,
    );
  }
  if (search === 0) return references.clone();
  const [, h, w] = pictures.shape;
  return tf.tidy(() => {
    const level = (of: Tensor4D) => tf.mean<Tensor3D>(of, 3);
    const levels = level(pictures);
    if (search <= FULL_SEARCH || Math.min(h, w) < LEAST_HALVED) {
      return moved(references, blockShifts(level(references), levels, { search, window }));
    }
    const rest = { search: Math.ceil((search - FULL_SEARCH) / 2), window };
    const near = moved(references, shiftsAtHalf(level(references), levels, rest));
    return moved(near, blockShifts(level(near), levels, { search: FULL_SEARCH, window }));
  });
}

/** Shifts down and right of every pixel, whole numbers, `[n, h, w]` each. */
interface Shifts {
  readonly y: Tensor3D;
  readonly x: Tensor3D;
}

function shiftsAtHalf(references: Tensor3D, pictures: Tensor3D, options: BlockAlignment): Shifts {
  const [, h, w] = pictures.shape;
  const { y, x } = blockShifts(halved(references), halved(pictures), options);
  const doubled = (shifts: Tensor3D) =>
    tf.gather(tf.gather(shifts.mul<Tensor3D>(2), steps(h, 2, h >> 1), 1), steps(w, 2, w >> 1), 2);
  return { y: doubled(y), x: doubled(x) };
}

/** The mean of 2 x 2 pixels; a last odd row or column is left out. */
function halved(maps: Tensor3D): Tensor3D {
  const [n, h, w] = maps.shape;
  const even = maps.slice([0, 0, 0], [-1, h - (h % 2), w - (w % 2)]);
  return tf.mean(even.reshape([n, h >> 1, 2, w >> 1, 2]), [2, 4]) as Tensor3D;
}

function blockShifts(references: Tensor3D, pictures: Tensor3D, { search, window }: BlockAlignment): Shifts {
  const [, h, w] = pictures.shape;
  const padded = replicated(references, search);
  const [down, across] = [windowMeans(h, window), windowMeans(w, window)];
  const candidates = nearestFirst(search);
  let least: Tensor | null = null;
  let chosen: Tensor | null = null;
  for (const [i, { y, x }] of candidates.entries()) {
    [least, chosen] = tf.tidy((): [Tensor, Tensor] => {
      const there = padded.slice([0, search - y, search - x], [-1, h, w]);
      const cost = blockMeans(pictures.sub<Tensor3D>(there).abs(), down, across);
      if (least === null || chosen === null) return [cost, tf.zerosLike(cost)];
      return [tf.minimum(cost, least), tf.where(cost.less(least), tf.fill(cost.shape, i), chosen)];
    });
  }
  const index = chosen!.toInt() as Tensor3D;
  const alongAxis = (axis: 'x' | 'y') => {
    const shifts = tf.tensor1d(
      candidates.map((candidate) => candidate[axis]),
      'int32',
    );
    return tf.gather(tf.gather(tf.gather<Tensor>(shifts, index), steps(h, STEP), 1), steps(w, STEP), 2) as Tensor3D;
  };
  return { y: alongAxis('y'), x: alongAxis('x') };
}

function moved(pictures: Tensor4D, { y, x }: Shifts): Tensor4D {
  const [n, h, w, c] = pictures.shape;
  const line = (length: number, shape: number[]) => tf.range(0, length).reshape(shape);
  // Places along an axis are clipped as floats, where every backend does it alike; the place in all of the maps is a whole number.
  const rows = line(h, [1, h, 1])
    .sub(y.toFloat())
    .clipByValue(0, h - 1);
  const columns = line(w, [1, 1, w])
    .sub(x.toFloat())
    .clipByValue(0, w - 1);
  const whole = (value: number) => tf.scalar(value, 'int32');
  const first = tf
    .range(0, n, 1, 'int32')
    .reshape([n, 1, 1])
    .mul(whole(h * w));
  const from = first.add(rows.toInt().mul(whole(w))).add(columns.toInt());
  return tf.gather(pictures.reshape([n * h * w, c]), from.flatten().toInt() as Tensor1D).reshape(pictures.shape);
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

/** Which step of `size` pixels each pixel lies in; the last one of `most` holds what is left over. */
function steps(length: number, size: number, most = Infinity): Tensor1D {
  return tf.tensor1d(
    Int32Array.from({ length }, (_, i) => Math.min(Math.floor(i / size), most - 1)),
    'int32',
  );
}
