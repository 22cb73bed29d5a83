import { mkdir } from 'node:fs/promises';
import { DataError, ImganoError, InterruptedError } from '../errors.js';
import { closePicture } from '../data/stored-picture.js';
import { noClock, type StageClock } from '../runtime/profile/stage-clock.js';
import { prefetch } from './prefetch.js';
import { errorRecord, regionsLine } from './records/record.js';
import { canonicalJson } from './records/canonical-json.js';
import type { Inspection } from './run.js';
import { saveArtifacts, type OutputFolders } from './sinks/save-artifacts.js';
import type { RecordSink } from './sinks/record-sink.js';

/** Pictures whose files are being written at a time. */
const SAVING = 2;

export interface Outputs extends OutputFolders {
  /** Takes the regions of every picture, just before its record is written. */
  readonly regions?: RecordSink;
}

export interface WriteCounts {
  processed: number;
  anomalous: number;
  errors: number;
  regions: number;
}

export interface WriteOptions {
  /** Anchors the colours of the overlays; null draws no heat map. */
  readonly pixelThreshold: number | null;
  /** `record`: artifacts that cannot be written make an error record, and the next picture follows. Default: `throw`. */
  readonly onError?: 'throw' | 'record';
  /** Stops after so many error records; 0, the default, never does. */
  readonly maxErrors?: number;
  /** What earlier runs wrote of the same output. */
  readonly before?: Readonly<WriteCounts>;
  /** Stops between two records, so that the one in hand is whole. */
  readonly signal?: AbortSignal;
  readonly clock?: StageClock;
  readonly onDone?: (counts: Readonly<WriteCounts>) => void;
}

/**
 * Writes every inspection: first its map, mask and overlay, then its line, so that a line never names a file that is
 * not there. Files are named `{index}_{stem}`, which cannot clash within a run.
 *
 * @param inspections in the order of their index, however they are made
 * @param outputs folders that are there already (see `makeFolders`)
 * @returns the counts, with those of `before`
 * @throws InterruptedError between two records, when the signal says so; DataError when a line cannot be written
 */
export async function writeInspections(
  inspections: AsyncIterable<Inspection>,
  sink: RecordSink,
  outputs: Outputs,
  options: WriteOptions,
): Promise<WriteCounts> {
  const { before, maxErrors = 0, signal, clock = noClock } = options;
  const counts: WriteCounts = { processed: 0, anomalous: 0, errors: 0, regions: 0, ...before };
  const enough = () => maxErrors > 0 && counts.errors >= maxErrors;
  if (enough()) return counts;
  // Files are written while the next picture is in work; a run that may stop at any record leaves none of later pictures.
  const ahead = maxErrors > 0 ? 1 : SAVING;
  const saved = prefetch(inspections, ahead, (inspection) =>
    clock.time('save', 1, () => finished(inspection, outputs, options)),
  );
  for await (const record of saved) {
    if ('defects' in record && record.defects !== undefined)
      await outputs.regions?.write(regionsLine(record, record.defects));
    await sink.write(record);
    count(counts, record);
    options.onDone?.(counts);
    if (enough()) break;
    if (signal?.aborted === true) throw stopped(signal, counts.processed);
  }
  return counts;
}

/** Adds one record to the counts. */
export function count(counts: WriteCounts, record: Inspection['record']): void {
  counts.processed += 1;
  if ('error' in record) counts.errors += 1;
  else {
    counts.anomalous += record.label === 1 ? 1 : 0;
    counts.regions += record.defects?.regions.length ?? 0;
  }
}

/** Makes the folders for artifacts. @throws DataError when one cannot be made */
export async function makeFolders(folders: OutputFolders): Promise<void> {
  for (const folder of [folders.maps, folders.masks, folders.overlays]) {
    if (folder === undefined) continue;
    await mkdir(folder, { recursive: true }).catch((error: Error) => {
      throw new DataError(`${folder}: the folder cannot be made (${error.message})`, { cause: error });
    });
  }
}

/** The record with its artifacts written, or the error record of what failed on the way. */
async function finished(
  inspection: Inspection,
  outputs: OutputFolders,
  { onError, pixelThreshold }: WriteOptions,
): Promise<Inspection['record']> {
  const { index, input } = inspection.record;
  try {
    // A record that JSON cannot carry is refused before it has left any file.
    if (onError === 'record') canonicalJson(inspection.record);
  } catch (error) {
    if (error instanceof ImganoError) return errorRecord(index, input, error, 'infer');
    throw error;
  }
  try {
    return await saveArtifacts(inspection, outputs, pixelThreshold);
  } catch (error) {
    if (onError === 'record' && error instanceof ImganoError) return errorRecord(index, input, error, 'artifacts');
    throw error;
  } finally {
    closePicture(inspection.picture);
  }
}

function stopped(signal: AbortSignal, done: number): InterruptedError {
  const name = signal.reason instanceof InterruptedError ? signal.reason.signal : 'abort';
  return new InterruptedError(`stopped after ${done} pictures; what was written is whole`, name);
}
