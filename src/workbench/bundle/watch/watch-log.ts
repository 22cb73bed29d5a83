import { mkdir } from 'node:fs/promises';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { decode, NonEmptyString, NonNegativeInteger, refine, Sha256, strict, t } from '../../../config/codec.js';
import type { RunHeader } from '../../../config/run-header.js';
import { fileTrouble } from '../../../data/file-trouble.js';
import { ConfigError, DataError } from '../../../errors.js';
import type { Inspection } from '../../../inference/run.js';
import { headerDifference } from '../../../inference/sinks/header-difference.js';
import { JsonlFile } from '../../../inference/sinks/jsonl.js';
import { OutputLock } from '../../../inference/sinks/output-lock.js';
import { readLines } from '../../../inference/sinks/read-lines.js';
import { readRunHeader, writeRunHeader } from '../../../inference/sinks/run-header-file.js';
import { count, type WriteCounts } from '../../../inference/write-inspections.js';

/** What the records of a watched folder are called in the output folder. */
const RECORDS = 'results.jsonl';

/** What a record of a watched folder says of its file. */
export const Watched = strict('Watched', {
  /** Below the watched folder, with "/". */
  path: NonEmptyString,
  sha256: Sha256,
  bytes: NonNegativeInteger,
  /** Nanoseconds since 1970. */
  modified: refine('whole number as text', t.string, (text) => /^-?\d+$/.test(text)),
});
export type Watched = t.TypeOf<typeof Watched>;

/** The records of a watched folder: the only state that there is. */
export interface WatchLog {
  readonly sink: JsonlFile;
  /** Of everything that the file holds already. */
  readonly before: Readonly<WriteCounts>;
  close(): void;
}

/**
 * Opens the records of a watched folder for this process alone, and goes on after what is there; a last line that is torn is cut off.
 *
 * @param onRecord is told of every file that was done before
 * @throws ConfigError when the records were made by another bundle or with other settings; DataError when another process writes them, or
 *   they were altered or cannot be written
 */
export async function openWatchLog(
  out: string,
  header: RunHeader,
  onRecord: (file: Watched) => void,
): Promise<WatchLog> {
  await mkdir(out, { recursive: true }).catch((cause: unknown) => {
    throw new DataError(`${out}: the folder cannot be made, because ${fileTrouble(cause)}`, { cause });
  });
  const path = join(out, RECORDS);
  const lock = await OutputLock.take(path);
  try {
    const before: WriteCounts = { processed: 0, anomalous: 0, errors: 0, regions: 0 };
    const started = existsSync(path) && statSync(path).size > 0;
    const bytes = started ? await readBefore(path, header, before, onRecord) : 0;
    // Every record is on the disk before the next picture is read: after a power cut none is inspected twice.
    const sink = new JsonlFile(path, { when: 'flush', every: 1 }, bytes);
    if (bytes === 0) await writeRunHeader(path, header);
    const close = () => {
      try {
        sink.close();
      } finally {
        lock.release();
      }
    };
    return { sink, before, close };
  } catch (error) {
    lock.release();
    throw error;
  }
}

async function readBefore(
  path: string,
  header: RunHeader,
  before: WriteCounts,
  onRecord: (file: Watched) => void,
): Promise<number> {
  const then = readRunHeader(path);
  if (then === null)
    throw new ConfigError(`${path}: has no header beside it to go on from; choose another folder with --out`);
  // A new patch version of imgano goes on; the probes of the bundle are what proves it.
  const settings = { ...header.settings, imgano_version: then.settings.imgano_version };
  const difference =
    headerDifference('settings', then.settings, settings) ?? headerDifference('outputs', then.outputs, header.outputs);
  if (difference !== null) {
    throw new ConfigError(
      `${path}: was made otherwise (${difference}); give the same bundle and flags, or another --out`,
    );
  }
  let [bytes, line, broken] = [0, 0, 0];
  for await (const { bytes: content, end, whole } of readLines(path)) {
    line += 1;
    if (broken > 0)
      throw new DataError(`${path}:${broken}: is no record; the file was altered, so choose another --out`);
    const record = whole ? parsed(content) : null;
    if (record === null) {
      broken = line;
      continue;
    }
    onRecord(decode(Watched, record.watched, `${path}:${line}: watched`));
    count(before, record);
    bytes = end;
  }
  return bytes;
}

function parsed(line: Buffer): (Inspection['record'] & { watched?: unknown }) | null {
  try {
    return JSON.parse(line.toString('utf8')) as Inspection['record'];
  } catch {
    return null;
  }
}
