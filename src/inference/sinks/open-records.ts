import { existsSync, statSync } from 'node:fs';
import type { RunHeader } from '../../config/run-header.js';
import { ConfigError } from '../../errors.js';
import { regionsLine } from '../records/record.js';
import { count, type WriteCounts } from '../write-inspections.js';
import { headerDifference } from './header-difference.js';
import { JsonlFile, type SyncPolicy } from './jsonl.js';
import { keptRecords, type NumberedInput } from './kept-records.js';
import { OutputLock } from './output-lock.js';
import { realPath } from './real-path.js';
import type { RecordSink } from './record-sink.js';
import { readRunHeader, writeRunHeader } from './run-header-file.js';

export interface RecordsRequest {
  readonly path: string;
  /** A second file with the regions alone. */
  readonly regions?: string;
  readonly header: RunHeader;
  /** What the run is to write, in order: the whole list, or the part of a shard. */
  readonly inputs: readonly NumberedInput[];
  /** Go on after what is there; otherwise it is replaced. */
  readonly resume: boolean;
  readonly sync: SyncPolicy;
}

export interface OpenedRecords {
  readonly sink: RecordSink;
  readonly regions?: RecordSink;
  /** The name under which artifacts are written, the same when the run goes on; absent where it cannot. */
  readonly writer?: string;
  /** What is there already; `processed` says after which input to go on. */
  readonly before: Readonly<WriteCounts>;
  close(): void;
}

/**
 * Opens the records file of a run, with its header (`FILE.run.json`) beside it, for this process alone. A run that goes on keeps the
 * whole lines that are there and cuts off a torn one; its regions file is made anew from them, because it may have lost or
 * gained a line.
 *
 * @throws ConfigError when what is there was made by another config, of other inputs, or without a header
 * @throws DataError when another process writes the file, when it was altered, or cannot be written
 */
export async function openRecords(request: RecordsRequest): Promise<OpenedRecords> {
  const { path, regions } = request;
  if (!isPlainFile(path)) return openDevice(request);
  const locks: OutputLock[] = [];
  const opened: RecordSink[] = [];
  const close = () => {
    try {
      for (const sink of opened) sink.close();
    } finally {
      for (const lock of locks) lock.release();
    }
  };
  try {
    for (const file of [path, regions]) {
      if (file !== undefined && isPlainFile(file)) locks.push(await OutputLock.take(file));
    }
    const before: WriteCounts = { processed: 0, anomalous: 0, errors: 0, regions: 0 };
    const bytes = request.resume ? await readBefore(request, before) : 0;
    // In this order, a run that dies in between leaves no records beside the header of others.
    const sink = new JsonlFile(path, request.sync, bytes);
    opened.push(sink);
    if (before.processed === 0) await writeRunHeader(path, request.header);
    const second = regions === undefined ? undefined : new JsonlFile(regions, request.sync);
    if (second !== undefined) opened.push(second);
    if (second !== undefined && before.processed > 0) await copyRegions(request, second);
    return { sink, regions: second, writer: realPath(path), before, close };
  } catch (error) {
    close();
    throw error;
  }
}

/** Counts the records that stay; gives the length of their lines. */
async function readBefore({ path, header, inputs }: RecordsRequest, before: WriteCounts): Promise<number> {
  if (!existsSync(path)) return 0;
  const then = readRunHeader(path);
  const started = statSync(path).size > 0;
  if (started && then === null) {
    throw new ConfigError(
      `${path}: has no header ${path}.run.json to go on from; start the run again without --resume`,
    );
  }
  const difference =
    then === null
      ? null
      : (Object.keys(header) as (keyof RunHeader)[]).reduce(
          (found: string | null, part) => found ?? differenceOf(part, then, header),
          null,
        );
  if (started && difference !== null) {
    throw new ConfigError(
      `${path}: was made by another run (${difference}); give the same flags and inputs, or start again without --resume`,
    );
  }
  const { bytes } = await keptRecords(path, inputs, (record) => count(before, record));
  return bytes;
}

function differenceOf(part: keyof RunHeader, then: RunHeader, now: RunHeader): string | null {
  if (part === 'schema_version') return null;
  return headerDifference(part, then[part], now[part]);
}

async function copyRegions({ path, inputs }: RecordsRequest, sink: JsonlFile): Promise<void> {
  await keptRecords(path, inputs, (record) => {
    if ('defects' in record && record.defects !== undefined) sink.write(regionsLine(record, record.defects));
  });
}

/** A pipe or a device: no header beside it, nothing to go on from. */
function openDevice({ path, regions, resume, sync }: RecordsRequest): OpenedRecords {
  if (resume) throw new ConfigError(`--resume: ${path} is not a plain file, so there is nothing to go on from`);
  const sink = new JsonlFile(path, sync);
  const second = regions === undefined ? undefined : new JsonlFile(regions, sync);
  const before = { processed: 0, anomalous: 0, errors: 0, regions: 0 };
  return { sink, regions: second, before, close: () => [sink, second].forEach((file) => file?.close()) };
}

/** A file, or what will be one; a path that cannot be looked at is refused when it is opened. */
function isPlainFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return true;
  }
}
