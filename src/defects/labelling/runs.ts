import { type Size } from '../../config/size.js';

/**
 * A binary mask as horizontal runs of foreground: row by row, left to right, never touching within a row.
 * Row `y` owns the runs `rowStart[y]` (inclusive) to `rowStart[y + 1]` (exclusive); a run covers `start` to `end - 1`.
 */
export interface Runs extends Size {
  readonly count: number;
  /** `height + 1` entries */
  readonly rowStart: Int32Array;
  readonly start: Int32Array;
  readonly end: Int32Array;
}

/** Builds `Runs` when the number of runs is not known beforehand. Rows are written in order. */
export class RunsBuilder {
  private start = new Int32Array(1024);
  private end = new Int32Array(1024);
  private readonly rowStart: Int32Array;
  private count = 0;

  constructor(private readonly size: Size) {
    this.rowStart = new Int32Array(size.height + 1);
  }

  push(start: number, end: number): void {
    if (this.count === this.start.length) {
      this.start = grown(this.start);
      this.end = grown(this.end);
    }
    this.start[this.count] = start;
    this.end[this.count] = end;
    this.count++;
  }

  /** Ends row `y`. */
  closeRow(y: number): void {
    this.rowStart[y + 1] = this.count;
  }

  build(): Runs {
    const { height, width } = this.size;
    const [start, end] = [this.start.subarray(0, this.count), this.end.subarray(0, this.count)];
    return { height, width, count: this.count, rowStart: this.rowStart, start, end };
  }
}

/** A mask without foreground. */
export function emptyRuns(size: Size): Runs {
  return new RunsBuilder(size).build();
}

/** The number of foreground pixels. */
export function pixelCount(runs: Runs): number {
  let sum = 0;
  for (let i = 0; i < runs.count; i++) sum += runs.end[i] - runs.start[i];
  return sum;
}

function grown(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const larger = new Int32Array(array.length * 2);
  larger.set(array);
  return larger;
}
