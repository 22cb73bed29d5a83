import { DataError } from '../../errors.js';
import type { Inspection } from '../run.js';
import { readLines } from './read-lines.js';

/** An input of a run, at its place in the whole list. */
export interface NumberedInput {
  readonly index: number;
  readonly name: string;
}

export interface KeptRecords {
  readonly count: number;
  /** The length of the whole lines; what stands after it is a line that was not written whole. */
  readonly bytes: number;
}

/**
 * Reads the records that an earlier run of the same inputs left, and tells where they end. A last line that is torn, or that a
 * power cut filled with other bytes, is not counted.
 *
 * @param onRecord called for every record that stays
 * @throws DataError when a line before the last is not the record of its input
 */
export async function keptRecords(
  path: string,
  inputs: readonly NumberedInput[],
  onRecord: (record: Inspection['record']) => void,
): Promise<KeptRecords> {
  let [count, bytes] = [0, 0];
  let broken = 0;
  for await (const line of readLines(path)) {
    if (broken > 0) throw notOfThisRun(path, broken, inputs[count]);
    const record = line.whole ? parsed(line.bytes) : null;
    if (record === null) {
      broken = count + 1;
      continue;
    }
    const input = inputs[count];
    if (input === undefined || record.index !== input.index || record.input !== input.name) {
      throw notOfThisRun(path, count + 1, input);
    }
    onRecord(record);
    count += 1;
    bytes = line.end;
  }
  return { count, bytes };
}

function parsed(line: Buffer): Inspection['record'] | null {
  try {
    const value: unknown = JSON.parse(line.toString('utf8'));
    return typeof value === 'object' && value !== null ? (value as Inspection['record']) : null;
  } catch {
    return null;
  }
}

function notOfThisRun(path: string, line: number, input: NumberedInput | undefined): DataError {
  const wanted = input === undefined ? 'the end of the file' : `the record of ${input.name} (index ${input.index})`;
  return new DataError(`${path}:${line}: expected ${wanted}; the file was altered, so start it again without --resume`);
}
