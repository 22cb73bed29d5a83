import { tf, type Tensor, type Tensor2D } from '../../runtime/tf.js';

/** Patches of training pictures and where they come from. */
export interface PatchRows {
  /** `[m, d]` */
  readonly rows: Tensor2D;
  /** Of every row, the number of its picture in the order of the source. */
  readonly pictures: Int32Array;
  /** Of every row, its place in the grid of its picture, row by row. */
  readonly places: Int32Array;
}

/** How a partition is reduced. */
export interface Reduction {
  /** Rows that are kept of a partition: at most a quarter of the capacity. */
  readonly keep: number;
  /**
   * @param rows borrowed
   * @param number counts the reductions from 0
   * @returns row numbers, in any order
   */
  select(rows: Tensor2D, keep: number, number: number): Promise<Int32Array>;
}

/**
 * Holds rows up to a capacity by going through them in partitions: a partition of half the capacity is reduced to `keep` rows, and the
 * reduced ones together again whenever they would fill the other half. What is done depends on the rows and their order alone.
 *
 * With the greedy k-centre rule and k = `keep` every reduction leaves each of its rows within twice the best radius r of k centres for
 * all rows (Gonzalez 1985). So all rows lie within 2 L r of what is held after L levels, and the greedy choice among these adds another
 * 2 r: 4 r with one level, which is the bound of Malkomes et al., Fast Distributed k-Center Clustering with Outliers on Massive Data,
 * NeurIPS 2015 (plain k-centre).
 */
export class PatchPartitions {
  /** How often a row may have been through a reduction; the bound is 2 (levels + 1) r. */
  levels = 0;
  reductions = 0;
  private held: PatchRows[] = [];
  private reduced: PatchRows[] = [];

  constructor(
    private readonly capacity: number,
    private readonly reduction: Reduction | null,
  ) {}

  /** @param part owned from now on */
  async add(part: PatchRows): Promise<void> {
    this.held.push(part);
    if (this.reduction === null || 2 * count(this.held) < this.capacity) return;
    const partition = this.held;
    this.held = [];
    this.reduced.push(await this.reduce(partition, this.reduction));
    this.levels = Math.max(1, this.levels);
    if (2 * (count(this.reduced) + this.reduction.keep) <= this.capacity) return;
    const union = this.reduced;
    this.reduced = [];
    this.reduced.push(await this.reduce(union, this.reduction));
    this.levels += 1;
  }

  /** @returns what is held, owned by the caller; null where nothing was added */
  take(): PatchRows | null {
    const parts = [...this.reduced, ...this.held];
    if (parts.length === 0) return null;
    const all = joined(parts);
    this.dispose();
    return all;
  }

  dispose(): void {
    tf.dispose([...this.reduced, ...this.held].map(({ rows }) => rows));
    this.reduced = [];
    this.held = [];
  }

  /** @param parts owned from now on */
  private async reduce(parts: readonly PatchRows[], { keep, select }: Reduction): Promise<PatchRows> {
    let all: PatchRows;
    try {
      all = joined(parts);
    } finally {
      tf.dispose(parts.map(({ rows }) => rows));
    }
    try {
      if (all.pictures.length <= keep) return { ...all, rows: all.rows.clone() };
      return picked(all, (await select(all.rows, keep, this.reductions++)).sort());
    } finally {
      all.rows.dispose();
    }
  }
}

function count(parts: readonly PatchRows[]): number {
  return parts.reduce((total, { pictures }) => total + pictures.length, 0);
}

function joined(parts: readonly PatchRows[]): PatchRows {
  const together = (values: readonly Int32Array[]) => {
    const out = new Int32Array(count(parts));
    let at = 0;
    for (const value of values) {
      out.set(value, at);
      at += value.length;
    }
    return out;
  };
  return {
    rows: tf.concat(
      parts.map(({ rows }) => rows),
      0,
    ),
    pictures: together(parts.map(({ pictures }) => pictures)),
    places: together(parts.map(({ places }) => places)),
  };
}

function picked({ rows, pictures, places }: PatchRows, chosen: Int32Array): PatchRows {
  return {
    rows: tf.tidy(() => tf.gather(rows as Tensor, tf.tensor1d(chosen, 'int32')) as Tensor2D),
    pictures: chosen.map((row) => pictures[row]),
    places: chosen.map((row) => places[row]),
  };
}
