import { ShapeError } from '../errors.js';
import { tf, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D } from '../runtime/tf.js';
import { augmentRows, directSquaredDistances, proximity } from './distance.js';

/** Columns of one matrix product: the temporary of 1024 queries stays at 16 MB, for 0 to 5 % of the time. */
const CHUNK = 4096;
const QUERY_BLOCK = 1024;
/** So many more candidates than asked for are measured exactly, because the matrix product ranks them with rounding. */
const SPARE = 3;

export interface Neighbors {
  /** `[q, k]` squared Euclidean distances, ascending */
  readonly squared: Tensor2D;
  /** `[q, k]` int32 row numbers */
  readonly indices: Tensor2D;
}

/**
 * Reference rows, ready for nearest-neighbour search on the device. Rows and queries are centred on the mean of the rows: with
 * smaller norms less is lost in `|q|^2 + |r|^2 - 2 q.r`, and the winners are measured again by direct difference.
 */
export class NeighborIndex {
  readonly count: number;
  readonly width: number;
  private readonly center: Tensor1D;
  private readonly rows: Tensor2D;
  private readonly chunks: readonly Tensor2D[];

  /** @param rows `[n, d]` with n and d of 1 or more, borrowed */
  constructor(rows: Tensor2D) {
    [this.count, this.width] = rows.shape;
    if (this.count === 0 || this.width === 0) {
      throw new ShapeError(`NeighborIndex: expected one row or more, got the shape [${rows.shape}]`);
    }
    this.center = tf.tidy(() => rows.mean(0) as Tensor1D);
    this.rows = rows.sub(this.center);
    const starts = Array.from({ length: Math.ceil(this.count / CHUNK) }, (_, i) => i * CHUNK);
    this.chunks = starts.map((start) =>
      tf.tidy(() => augmentRows(this.rows.slice([start, 0], [Math.min(CHUNK, this.count - start), -1]))),
    );
  }

  /**
   * The k nearest rows of every query (all of them where there are fewer). Equal distances are ordered by row number. Reads
   * nothing back, so that it can be part of a recorded graph.
   *
   * @param queries `[q, d]`, borrowed
   * @returns tensors owned by the caller
   * @throws ShapeError when the width differs
   */
  search(queries: Tensor2D, k: number): Neighbors {
    const [q, d] = queries.shape;
    if (d !== this.width) throw new ShapeError(`NeighborIndex: expected queries of width ${this.width}, got ${d}`);
    if (!Number.isInteger(k) || k < 1) throw new ShapeError(`NeighborIndex: expected k of 1 or more, got ${k}`);
    const wanted = Math.min(k, this.count);
    const [squared, indices] = tf.tidy(() => {
      const blocks: Neighbors[] = [];
      for (let start = 0; start < q; start += QUERY_BLOCK) {
        const block = q <= QUERY_BLOCK ? queries : queries.slice([start, 0], [Math.min(QUERY_BLOCK, q - start), -1]);
        blocks.push(this.searchBlock(block.sub(this.center), wanted));
      }
      return [joined(blocks.map((b) => b.squared)), joined(blocks.map((b) => b.indices))];
    });
    return { squared, indices };
  }

  /**
   * Squared distances of every query to rows of its own choice, by direct difference.
   *
   * @param queries `[q, d]`, borrowed
   * @param indices `[q, m]` int32 row numbers, borrowed
   * @returns `[q, m]`, owned by the caller
   */
  distancesTo(queries: Tensor2D, indices: Tensor2D): Tensor2D {
    return tf.tidy(() => this.direct(queries.sub(this.center), indices));
  }

  /** Rows by number: `[q]` int32 -> `[q, d]`, owned by the caller. */
  rowsAt(indices: Tensor1D): Tensor2D {
    return tf.tidy(() => tf.gather(this.rows, indices).add(this.center) as Tensor2D);
  }

  dispose(): void {
    tf.dispose([this.center, this.rows, ...this.chunks]);
  }

  private searchBlock(queries: Tensor2D, k: number): Neighbors {
    const values: Tensor2D[] = [];
    const rows: Tensor2D[] = [];
    for (const [i, chunk] of this.chunks.entries()) {
      const near = proximity(queries, chunk);
      const best = largest(near, Math.min(k, chunk.shape[1]));
      values.push(best.values);
      rows.push(i === 0 ? best.indices : best.indices.add(tf.scalar(i * CHUNK, 'int32')));
    }
    let candidates = joined(rows, 1);
    if (candidates.shape[1] > k + SPARE) {
      const { indices } = tf.topk(joined(values, 1), k + SPARE);
      candidates = pick(candidates, indices as Tensor2D);
    }
    const squared = this.direct(queries, candidates);
    if (candidates.shape[1] === 1) return { squared, indices: candidates };
    if (k === 1) {
      const winner = squared.argMin(1).expandDims(1);
      return { squared: squared.min(1, true), indices: pick(candidates, winner as Tensor2D) };
    }
    const { values: negated, indices } = tf.topk(squared.neg(), k);
    return { squared: negated.neg(), indices: pick(candidates, indices as Tensor2D) };
  }

  /** Of centred queries. */
  private direct(queries: Tensor2D, candidates: Tensor2D): Tensor2D {
    return directSquaredDistances(queries, tf.gather(this.rows as Tensor, candidates) as Tensor3D);
  }
}

/** The k largest of every row. One neighbour never needs `topk`, which costs several times a maximum. */
function largest(near: Tensor2D, k: number): { values: Tensor2D; indices: Tensor2D } {
  if (k > 1) {
    const { values, indices } = tf.topk(near, k);
    return { values, indices: indices as Tensor2D };
  }
  return { values: near.max(1, true), indices: near.argMax(1).expandDims(1) };
}

/** `values[i, indices[i, j]]`, by flat positions: the wasm kernel of `gather` reads out of bounds with `batchDims`. */
function pick(values: Tensor2D, indices: Tensor2D): Tensor2D {
  const [q, m] = values.shape;
  const starts = tf.range(0, q * m, m, 'int32').expandDims(1);
  return tf.gather(values.flatten() as Tensor, indices.add(starts)) as Tensor2D;
}

function joined(parts: readonly Tensor2D[], axis: 0 | 1 = 0): Tensor2D {
  return parts.length === 1 ? parts[0] : tf.concat([...parts], axis);
}
