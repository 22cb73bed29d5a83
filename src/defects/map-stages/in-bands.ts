import { type Size } from '../../config/size.js';
import { tf, type Tensor3D } from '../../runtime/tf.js';
import { bytesOfRuns } from '../labelling/bytes-of-runs.js';
import { runsOfBytes } from '../labelling/runs-of-bytes.js';
import { type Runs, RunsBuilder } from '../labelling/runs.js';

/** What a stage does to a map `[1, h, w]` float32; a pixel of the result depends on at most `reach` rows above and below it. */
export interface LocalChange {
  readonly reach: number;
  readonly change: (map: Tensor3D) => Tensor3D;
}

interface Band {
  readonly top: number;
  readonly rows: number;
  /** The rows that go into it, those of its reach included. */
  readonly from: number;
  readonly to: number;
}

/**
 * A map that lies in host memory, changed a few rows at a time, so that no tensor of its size is made. Every band is computed with the rows
 * around it that it depends on, and cut back: the result is that of the whole map.
 *
 * @param values row by row
 * @param rows of a band
 * @returns new values
 */
export function valuesInBands(
  values: Float32Array,
  { height, width }: Size,
  rows: number,
  { reach, change }: LocalChange,
): Float32Array {
  const out = new Float32Array(values.length);
  for (const band of bandsOf(height, rows, reach)) {
    const done = tf.tidy(() => {
      const map = tf.tensor3d(values.slice(band.from * width, band.to * width), [1, band.to - band.from, width]);
      return cut(change(map), band);
    });
    out.set(done.dataSync(), band.top * width);
    done.dispose();
  }
  return out;
}

/** The same for a mask; the change is that of a map of 0 and 1. */
export function runsInBands(runs: Runs, rows: number, { reach, change }: LocalChange): Runs {
  const { height, width } = runs;
  const builder = new RunsBuilder(runs);
  for (const band of bandsOf(height, rows, reach)) {
    const part = { ...runs, height: band.to - band.from, rowStart: runs.rowStart.subarray(band.from, band.to + 1) };
    const done = tf.tidy(() => {
      const mask = tf.tensor3d(bytesOfRuns(part), [1, part.height, width], 'bool');
      return cut(change(mask.toFloat()).toBool() as Tensor3D, band);
    });
    const found = runsOfBytes(done.dataSync() as unknown as Uint8Array, { height: band.rows, width });
    done.dispose();
    for (let y = 0; y < band.rows; y++) {
      for (let i = found.rowStart[y]; i < found.rowStart[y + 1]; i++) builder.push(found.start[i], found.end[i]);
      builder.closeRow(band.top + y);
    }
  }
  return builder.build();
}

function cut(map: Tensor3D, { top, rows, from }: Band): Tensor3D {
  return map.slice([0, top - from, 0], [1, rows, -1]);
}

function bandsOf(height: number, rows: number, reach: number): Band[] {
  return Array.from({ length: Math.ceil(height / rows) }, (_, i) => {
    const top = i * rows;
    const end = Math.min(height, top + rows);
    return { top, rows: end - top, from: Math.max(0, top - reach), to: Math.min(height, end + reach) };
  });
}
