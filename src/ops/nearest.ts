import { ShapeError } from '../errors.js';
import { tf, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D } from '../runtime/tf.js';
import { augmentRows, directSquaredDistances, proximity } from './distance.js';
import { pickColumns } from './pick-columns.js';
import { topColumns } from './top-columns.js';

/** A matrix product covers so many rows and queries at once: its 16 MB stay in the cache of the processor until they are ranked. */
const CHUNK = 16_384;
const QUERY_BLOCK = 256;
/** Chunks have a multiple of so many rows, so that they can be ranked by groups. */
const CHUNK_UNIT = 64;
/** So many more candidates than asked for are measured exactly, because the matrix product ranks them with rounding. */
const SPARE = 3;
/** `-|r|^2 / 2` of rows that fill a chunk up: beyond all others, and finite, so that its product with 0 is 0. */
const NOWHERE = -1e38;

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
    const chunks = Math.ceil(this.count / CHUNK);
    const width = CHUNK_UNIT * Math.ceil(this.count / chunks / CHUNK_UNIT);
    this.chunks = Array.from({ length: chunks }, (_, i) => this.chunk(i * width, width));
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
    const height = Math.ceil(q / Math.ceil(q / QUERY_BLOCK));
    const [squared, indices] = tf.tidy(() => {
      const blocks: Neighbors[] = [];
      for (let start = 0; start < q; start += height) {
        const block = q <= height ? queries : queries.slice([start, 0], [Math.min(height, q - start), -1]);
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

  private chunk(start: number, width: number): Tensor2D {
    const held = Math.min(width, this.count - start);
    return tf.tidy(() => {
      const augmented = augmentRows(this.rows.slice([start, 0], [held, -1]));
      if (held === width) return augmented;
      const fill = [tf.zeros([this.width, width - held]), tf.fill([1, width - held], NOWHERE)] as Tensor2D[];
      return tf.concat([augmented, tf.concat(fill, 0)], 1);
    });
  }

  private searchBlock(queries: Tensor2D, k: number): Neighbors {
    const candidates = this.candidates(queries, Math.min(k + SPARE, this.count));
    if (k === 1) return this.nearest(queries, candidates);
    // `topk` takes the first of equal values: the candidates in the order of the rows.
    const ordered = tf.topk(candidates.neg(), candidates.shape[1]).values.neg() as Tensor2D;
    const { values: negated, indices } = tf.topk(this.direct(queries, ordered).neg(), k);
    return { squared: negated.neg(), indices: pickColumns(ordered, indices as Tensor2D) };
  }

  private nearest(queries: Tensor2D, candidates: Tensor2D): Neighbors {
    const distances = this.direct(queries, candidates);
    const squared = distances.min(1, true) as Tensor2D;
    const winners = tf.where(distances.equal(squared), candidates, tf.fill(candidates.shape, this.count, 'int32'));
    return { squared, indices: winners.min(1, true) };
  }

  /** The rows with the largest products. */
  private candidates(queries: Tensor2D, count: number): Tensor2D {
    const parts = this.chunks.map((chunk, i) => {
      const width = chunk.shape[1];
      const near = proximity(queries, chunk);
      const { values, indices } = topColumns(near, Math.min(count, width));
      near.dispose();
      return { values, rows: i === 0 ? indices : indices.add<Tensor2D>(tf.scalar(i * width, 'int32')) };
    });
    let rows = joined(
      parts.map((part) => part.rows),
      1,
    );
    if (parts.length > 1) {
      const best = tf.topk(
        joined(
          parts.map((part) => part.values),
          1,
        ),
        count,
      );
      rows = pickColumns(rows, best.indices as Tensor2D);
    }
    return rows;
  }

  /** Of centred queries. */
  private direct(queries: Tensor2D, candidates: Tensor2D): Tensor2D {
    return directSquaredDistances(queries, tf.gather(this.rows as Tensor, candidates) as Tensor3D);
  }
}

function joined(parts: readonly Tensor2D[], axis: 0 | 1 = 0): Tensor2D {
  return parts.length === 1 ? parts[0] : tf.concat([...parts], axis);
}
