import { tf, type Tensor2D } from '../runtime/tf.js';
import type { AxisMatrix } from './axis-matrix.js';

interface Block {
  readonly rows: readonly [number, number];
  readonly inputs: readonly [number, number];
}

/** Multiplications and additions that take as long as the calls for the blocks. */
const WORTH_BLOCKS = { tensorflow: 1e8, others: 1e6 };

/**
 * `M . X` for a matrix whose rows touch few neighbouring inputs, as resampling matrices of large pictures do: groups of rows are
 * multiplied with only the inputs that they touch, where that saves at least half of the work and more than the calls cost.
 *
 * @param x `[from, k]` float32, borrowed
 * @returns `[to, k]` float32, owned by the caller
 */
export function bandedProduct(matrix: AxisMatrix, x: Tensor2D): Tensor2D {
  const { from, to } = matrix;
  const blocks = blocksOf(matrix);
  const work = blocks.reduce((sum, { rows, inputs }) => sum + (rows[1] - rows[0]) * (inputs[1] - inputs[0]), 0);
  const saved = 2 * (from * to - work) * x.shape[1];
  return tf.tidy(() => {
    if (2 * work > from * to || saved < worthBlocks()) return tf.matMul(tf.tensor2d(matrix.rows, [to, from]), x);
    const parts = blocks.map((block) => {
      const [start, end] = block.inputs;
      const weights = tf.tensor2d(part(matrix, block), [block.rows[1] - block.rows[0], end - start]);
      return tf.matMul(weights, x.slice([start, 0], [end - start, -1])) as Tensor2D;
    });
    return tf.concat(parts, 0);
  });
}

function worthBlocks(): number {
  return tf.getBackend() === 'tensorflow' ? WORTH_BLOCKS.tensorflow : WORTH_BLOCKS.others;
}

function blocksOf({ to, first, last }: AxisMatrix): Block[] {
  // The wasm backend copies the whole of x for every slice: few blocks pay there.
  const count = Math.min(to, tf.getBackend() === 'wasm' ? 4 : 16);
  return Array.from({ length: count }, (_, b) => {
    const rows = [Math.floor((b * to) / count), Math.floor(((b + 1) * to) / count)] as const;
    const inputs = [Math.min(...first.subarray(...rows)), Math.max(...last.subarray(...rows)) + 1] as const;
    return { rows, inputs };
  });
}

function part({ from, rows }: AxisMatrix, block: Block): Float32Array {
  const [start, end] = block.inputs;
  const out = new Float32Array((block.rows[1] - block.rows[0]) * (end - start));
  for (let i = block.rows[0]; i < block.rows[1]; i++) {
    out.set(rows.subarray(i * from + start, i * from + end), (i - block.rows[0]) * (end - start));
  }
  return out;
}
