/** Rows of a bank with, for each, the nearest other one. */
export interface SpreadBankState {
  readonly rows: readonly Float32Array[];
  /** Squared distance of every row to the nearest other one. */
  readonly squared: readonly number[];
  /** The number of that row. */
  readonly partners: readonly number[];
}

/**
 * A bounded set of rows that stays spread out while rows come one by one. A row is added if it is farther from the bank than the two
 * nearest rows of the bank are from each other; when the bank is full, the later one of those two makes room. So the smallest distance
 * within a full bank never shrinks. The result depends on the rows and their order alone: not on batches, nor on pauses between which
 * the state was saved. On the host, with distances summed in float64 and kept as float32.
 */
export class SpreadBank {
  private readonly rows: Float32Array[];
  private readonly squared: number[];
  private readonly partners: number[];

  /** @param most rows of a full bank, 2 or more */
  constructor(
    private readonly most: number,
    from: SpreadBankState = { rows: [], squared: [], partners: [] },
  ) {
    this.rows = [...from.rows];
    this.squared = [...from.squared];
    this.partners = [...from.partners];
  }

  get state(): SpreadBankState {
    return { rows: this.rows, squared: this.squared, partners: this.partners };
  }

  /** @returns whether the row was kept */
  add(row: Float32Array): boolean {
    const distances = this.rows.map((other) => squaredDistance(row, other));
    const nearest = smallest(distances);
    // A second copy of a row says nothing new.
    if (nearest !== -1 && distances[nearest] === 0) return false;
    if (this.rows.length < this.most) {
      this.put(this.rows.length, row, distances);
      return true;
    }
    const closest = smallest(this.squared);
    if (distances[nearest] <= this.squared[closest]) return false;
    const dropped = Math.max(closest, this.partners[closest]);
    this.put(dropped, row, distances);
    return true;
  }

  /** Writes a row into a place; those whose nearest row stood there look for another. */
  private put(place: number, row: Float32Array, distances: readonly number[]): void {
    const orphans = this.partners.flatMap((partner, i) => (partner === place && i !== place ? [i] : []));
    this.rows[place] = row;
    [this.squared[place], this.partners[place]] = [Infinity, -1];
    for (const [i, squared] of distances.entries()) {
      if (i === place) continue;
      if (squared < this.squared[i]) [this.squared[i], this.partners[i]] = [squared, place];
      if (squared < this.squared[place]) [this.squared[place], this.partners[place]] = [squared, i];
    }
    for (const orphan of orphans) this.adopt(orphan);
  }

  private adopt(orphan: number): void {
    const distances = this.rows.map((other, i) =>
      i === orphan ? Infinity : squaredDistance(this.rows[orphan], other),
    );
    const partner = smallest(distances);
    [this.squared[orphan], this.partners[orphan]] = [distances[partner], partner];
  }
}

/** The first of the smallest values, or -1. */
function smallest(values: readonly number[]): number {
  let best = -1;
  for (let i = 0; i < values.length; i++) if (best === -1 || values[i] < values[best]) best = i;
  return best;
}

function squaredDistance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return Math.fround(sum);
}
