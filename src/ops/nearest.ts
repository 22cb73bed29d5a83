import { ShapeError } from '../errors.js';
import { hasFastBfloat16 } from '../runtime/bfloat16-matrix.js';
import { tf, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D } from '../runtime/tf.js';
import { augmentRows, directSquaredDistances, proximity } from './distance.js';
import { pickColumns } from './pick-columns.js';
import { ProximityBounds } from './proximity-bounds.js';
import { topRows } from './top-rows.js';

/** A matrix product covers so many rows and queries at once: its 16 MB stay in the cache of the processor until they are ranked. */
const CHUNK = 16_384;
const QUERY_BLOCK = 400;
/** Chunks have a multiple of so many rows, so that they can be ranked by groups. */
const CHUNK_UNIT = 64;
/** So many more candidates than asked for are measured exactly, because the matrix product ranks them with rounding. */
const SPARE = 3;
/** With bounds in the place of products more are needed, until one is found that no other row can be nearer than. */
const spareOfBounds = (k: number) => k + 11;
/** Every further candidate costs as much as bounds save on about 200 rows; they have to save four times that. */
const ROWS_PER_CANDIDATE = 800;
/** One query in so many is searched again in float32, those least settled by their bounds; fewer queries than that are not bounded. */
const SEARCHED_AGAIN = 24;
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
 *
 * Where the processor multiplies bfloat16 faster, `find` and `quickly` look for candidates by upper bounds in bfloat16. The distance
 * that is found shows whether any other row could be nearer; queries for which that is not settled are searched as usual.
 */
export class NeighborIndex {
  readonly count: number;
  readonly width: number;
  private readonly center: Tensor1D;
  private readonly rows: Tensor2D;
  /** The first rows of the chunks, all of one width. */
  private readonly starts: readonly number[];
  private readonly chunkWidth: number;
  private readonly chunks: readonly Tensor2D[];
  private readonly bounds: readonly ProximityBounds[];
  /** While `quickly` runs: whether a search left something unsettled. */
  private doubts: Tensor1D[] | null = null;

  /** @param rows `[n, d]` with n and d of 1 or more, borrowed */
  constructor(rows: Tensor2D) {
    [this.count, this.width] = rows.shape;
    if (this.count === 0 || this.width === 0) {
      throw new ShapeError(`NeighborIndex: expected one row or more, got the shape [${rows.shape}]`);
    }
    this.center = tf.tidy(() => rows.mean(0) as Tensor1D);
    this.rows = rows.sub(this.center);
    const chunks = Math.ceil(this.count / CHUNK);
    this.chunkWidth = CHUNK_UNIT * Math.ceil(this.count / chunks / CHUNK_UNIT);
    this.starts = Array.from({ length: chunks }, (_, i) => i * this.chunkWidth);
    this.chunks = this.starts.map((start) => this.chunk(start));
    const bounded = hasFastBfloat16() && this.boundsPay(1);
    this.bounds = bounded ? this.starts.map((start) => this.boundsOf(start)) : [];
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
    const wanted = this.checked(queries, k);
    if (this.doubts === null || !this.isBounded(queries, wanted)) return this.usualSearch(queries, wanted);
    const { neighbors, unsettled } = this.quickSearch(queries, wanted);
    this.doubts.push(tf.keep(unsettled)); // the body of `quickly` may tidy up around its searches
    return neighbors;
  }

  /**
   * The same as `search`, where results may be read back: quicker for many rows on a processor with bfloat16.
   *
   * @param queries `[q, d]`, borrowed
   * @returns tensors owned by the caller
   * @throws ShapeError when the width differs
   */
  async find(queries: Tensor2D, k: number): Promise<Neighbors> {
    const wanted = this.checked(queries, k);
    if (!this.isBounded(queries, wanted)) return this.usualSearch(queries, wanted);
    const quick = this.boundedSearch(queries, wanted);
    const doubt = await quick.doubt.data();
    quick.doubt.dispose();
    const again = [...doubt.keys()].filter((query) => doubt[query] >= 0);
    if (again.length === 0) return quick;
    const [squared, indices] = tf.tidy(() => this.settled(quick, queries, tf.tensor1d(again, 'int32'), wanted));
    tf.dispose([quick.squared, quick.indices]);
    return { squared, indices };
  }

  /**
   * Runs a function whose searches may be left unsettled, so that it can be recorded whole.
   *
   * @param body plain tfjs, at once (no promise); what it gives counts only where nothing is in doubt, else it must run by itself
   * @returns `doubts`: `[]`-shaped, above 0 where a search is unsettled; null where every search was the usual one. Owned by the caller
   */
  quickly<T>(body: () => T): { result: T; doubts: Tensor | null } {
    this.doubts = [];
    try {
      const result = body();
      const { doubts } = this;
      return { result, doubts: doubts.length === 0 ? null : tf.tidy(() => tf.concat(doubts).sum()) };
    } finally {
      tf.dispose(this.doubts);
      this.doubts = null;
    }
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
    for (const bounds of this.bounds) bounds.dispose();
  }

  private checked(queries: Tensor2D, k: number): number {
    const [, d] = queries.shape;
    if (d !== this.width) throw new ShapeError(`NeighborIndex: expected queries of width ${this.width}, got ${d}`);
    if (!Number.isInteger(k) || k < 1) throw new ShapeError(`NeighborIndex: expected k of 1 or more, got ${k}`);
    return Math.min(k, this.count);
  }

  private boundsPay(k: number): boolean {
    return this.count >= ROWS_PER_CANDIDATE * (spareOfBounds(k) - SPARE);
  }

  private isBounded({ shape: [q] }: Tensor2D, k: number): boolean {
    return this.bounds.length > 0 && this.boundsPay(k) && q >= 2 * SEARCHED_AGAIN;
  }

  private chunk(start: number): Tensor2D {
    return tf.tidy(() => {
      const augmented = augmentRows(this.part(start));
      const missing = this.chunkWidth - augmented.shape[1];
      if (missing === 0) return augmented;
      const fill = [tf.zeros([this.width, missing]), tf.fill([1, missing], NOWHERE)] as Tensor2D[];
      return tf.concat([augmented, tf.concat(fill, 0)], 1);
    });
  }

  private boundsOf(start: number): ProximityBounds {
    const rows = this.part(start);
    const bounds = new ProximityBounds(rows, this.chunkWidth);
    rows.dispose();
    return bounds;
  }

  private part(start: number): Tensor2D {
    return this.rows.slice([start, 0], [Math.min(this.chunkWidth, this.count - start), -1]);
  }

  /** Centred queries in blocks of a size that a product may have, and the results joined again. */
  private inBlocks(queries: Tensor2D, work: (block: Tensor2D) => Tensor[]): Tensor[] {
    const [q] = queries.shape;
    const height = Math.ceil(q / Math.ceil(q / QUERY_BLOCK));
    return tf.tidy(() => {
      const parts: Tensor[][] = [];
      for (let start = 0; start < q; start += height) {
        const block = q <= height ? queries : queries.slice([start, 0], [Math.min(height, q - start), -1]);
        parts.push(work(block.sub(this.center)));
      }
      return parts.length === 1 ? parts[0] : parts[0].map((_, i) => tf.concat(parts.map((part) => part[i])));
    });
  }

  private usualSearch(queries: Tensor2D, k: number): Neighbors {
    const count = Math.min(k + SPARE, this.count);
    const { chunks } = this;
    const [squared, indices] = this.inBlocks(queries, (block) => {
      const best = topRows(chunks.length, (i) => proximity(block, chunks[i]), count);
      const found = this.nearestOf(block, best.indices, k);
      return [found.squared, found.indices];
    });
    return { squared, indices } as Neighbors;
  }

  /** @returns `unsettled` `[1]`: 1 where too many queries were in doubt, and the neighbours of some may not be the nearest; else 0 */
  private quickSearch(queries: Tensor2D, k: number): { neighbors: Neighbors; unsettled: Tensor1D } {
    const [q] = queries.shape;
    const [squared, indices, unsettled] = tf.tidy(() => {
      const quick = this.boundedSearch(queries, k);
      const least = tf.topk(quick.doubt, Math.ceil(q / SEARCHED_AGAIN) + 1);
      const again = least.indices.slice(0, least.indices.shape[0] - 1) as Tensor1D;
      const others = least.values.slice(least.values.shape[0] - 1) as Tensor1D;
      return [...this.settled(quick, queries, again, k), others.greaterEqual(0).toFloat()];
    });
    return { neighbors: { squared, indices } as Neighbors, unsettled: unsettled as Tensor1D };
  }

  /** Squared distances and indices in which the queries of the numbers `again` are searched as usual. */
  private settled(quick: Neighbors, queries: Tensor2D, again: Tensor1D, k: number): [Tensor2D, Tensor2D] {
    const rest = this.usualSearch(tf.gather(queries as Tensor, again) as Tensor2D, k);
    const places = replaced(queries.shape[0], again);
    const merged = (a: Tensor2D, b: Tensor2D) => tf.gather(tf.concat([a, b], 0) as Tensor, places) as Tensor2D;
    return [merged(quick.squared, rest.squared), merged(quick.indices, rest.indices)];
  }

  /** @returns with `doubt` `[q]`: from 0 on, rows that were not measured may be among the nearest */
  private boundedSearch(queries: Tensor2D, k: number): Neighbors & { doubt: Tensor1D } {
    const [squared, indices, doubt] = this.inBlocks(queries, (block) => {
      const factors = ProximityBounds.factors(block);
      const best = topRows(this.bounds.length, (i) => this.bounds[i].of(factors), k + spareOfBounds(k));
      const found = this.nearestOf(block, best.indices, k);
      // No row that is not a candidate has a bound above that of the last candidate.
      const last = ProximityBounds.unrounded(best.values.min(1));
      const norm = block.square().sum(1);
      const nearestOther = norm.sub(last.mul(2)).sub(norm.mul(this.width * 2 ** -21));
      return [
        found.squared,
        found.indices,
        found.squared
          .max(1)
          .mul(1 + this.width * 2 ** -22)
          .sub(nearestOther),
      ];
    });
    return { squared, indices, doubt } as Neighbors & { doubt: Tensor1D };
  }

  /** @param candidates `[q, m]` with m of k or more */
  private nearestOf(queries: Tensor2D, candidates: Tensor2D, k: number): Neighbors {
    if (k === 1) {
      const distances = this.direct(queries, candidates);
      const squared = distances.min(1, true) as Tensor2D;
      const winners = tf.where(distances.equal(squared), candidates, tf.fill(candidates.shape, this.count, 'int32'));
      return { squared, indices: winners.min(1, true) };
    }
    // `topk` takes the first of equal values: the candidates in the order of the rows.
    const ordered = tf.topk(candidates.neg(), candidates.shape[1]).values.neg() as Tensor2D;
    const { values: negated, indices } = tf.topk(this.direct(queries, ordered).neg(), k);
    return { squared: negated.neg(), indices: pickColumns(ordered, indices as Tensor2D) };
  }

  /** Of centred queries. */
  private direct(queries: Tensor2D, candidates: Tensor2D): Tensor2D {
    return directSquaredDistances(queries, tf.gather(this.rows as Tensor, candidates) as Tensor3D);
  }
}

/** `0, 1, ... q - 1`, but `q + j` at the place that `again[j]` names. */
function replaced(q: number, again: Tensor1D): Tensor1D {
  const [count] = again.shape;
  const order = tf.scatterND(again.expandDims(1), tf.range(1, count + 1, 1, 'int32'), [q] as [number]);
  return tf.where(order.greater(0), order.add(tf.scalar(q - 1, 'int32')), tf.range(0, q, 1, 'int32')) as Tensor1D;
}
