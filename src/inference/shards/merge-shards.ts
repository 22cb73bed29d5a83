import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import type { RunHeader } from '../../config/run-header.js';
import { fileTrouble } from '../../data/file-trouble.js';
import { temporaryPath } from '../../data/write-whole.js';
import { ConfigError, DataError, InterruptedError } from '../../errors.js';
import { regionsLine } from '../records/record.js';
import { JsonlFile } from '../sinks/jsonl.js';
import { OutputLock } from '../sinks/output-lock.js';
import { realPath } from '../sinks/real-path.js';
import { headerPath, NamesDigest, writeRunHeader } from '../sinks/run-header-file.js';
import { count as countRecord, type WriteCounts } from '../write-inspections.js';
import { checkShards, type ShardFile } from './check-shards.js';
import { ShardCursor } from './shard-cursor.js';

export interface MergeRequest {
  /** The records files of all shards of one run, in any order. */
  readonly shards: readonly string[];
  readonly out: string;
  /** A second file with the regions alone, as the whole run would have written it. */
  readonly regions?: string;
  readonly signal?: AbortSignal;
  readonly onDone?: (records: number) => void;
}

/**
 * Puts the records of shards into the order of their inputs: the lines of the run that was not sharded, byte for byte. Memory
 * holds one record a shard. The file appears whole, under its name, when everything was found to be there.
 *
 * @throws ConfigError when the shards are not all those of one run; DataError when one is incomplete or damaged, or another process writes
 *   the file
 */
export async function mergeShards(request: MergeRequest): Promise<WriteCounts> {
  const files = checkShards(request.shards);
  for (const path of [request.out, request.regions]) requirePlainFile(path);
  const lock = await OutputLock.take(request.out);
  try {
    return await mergeFiles(files, request);
  } finally {
    lock.release();
  }
}

async function mergeFiles(files: readonly ShardFile[], request: MergeRequest): Promise<WriteCounts> {
  const { inputs } = files[0].header;
  const writer = realPath(request.out);
  const draft = temporaryPath(request.out, writer);
  const regionsDraft = request.regions && temporaryPath(request.regions, writer);
  try {
    const lines = new JsonlFile(draft);
    const regions = regionsDraft === undefined ? undefined : new JsonlFile(regionsDraft);
    const counts: WriteCounts = { processed: 0, anomalous: 0, errors: 0, regions: 0 };
    const names = new NamesDigest();
    try {
      for await (const { record, bytes } of inOrder(files)) {
        stopIfAsked(request.signal);
        names.add(record.input);
        if (regions !== undefined && 'defects' in record && record.defects !== undefined)
          regions.write(regionsLine(record, record.defects));
        lines.writeLine(bytes);
        countRecord(counts, record);
        request.onDone?.(counts.processed);
      }
    } finally {
      lines.close();
      regions?.close();
    }
    const { sha256 } = names.digest();
    if (counts.processed !== inputs.count || sha256 !== inputs.sha256) {
      throw new DataError(
        `${request.out}: the shards hold ${counts.processed} records of other inputs than the ${inputs.count} of their run; make the shards again`,
      );
    }
    await publish(files, { ...request, draft, regionsDraft });
    return counts;
  } finally {
    for (const path of [draft, regionsDraft]) if (path !== undefined) rmSync(path, { force: true });
  }
}

/** The records of all shards by their index, which must run from 0 without a gap. */
async function* inOrder(files: readonly ShardFile[]) {
  const cursors = files.map((file) => new ShardCursor(file));
  await Promise.all(cursors.map((cursor) => cursor.advance()));
  for (let index = 0; index < files[0].header.inputs.count; index++) {
    const cursor = cursors.find(({ current }) => current?.record.index === index);
    if (cursor?.current == null) throw missing(cursors, index);
    yield cursor.current;
    await cursor.advance();
  }
  for (const { current, path } of cursors) {
    if (current !== null) throw new DataError(`${path}: holds a record of index ${current.record.index} a second time`);
  }
}

function missing(cursors: readonly ShardCursor[], index: number): DataError {
  const short = cursors.find(({ isComplete, current }) => current === null && !isComplete);
  if (short === undefined) {
    return new DataError(`the record of index ${index} is in none of the shards; make the shards again`);
  }
  return new DataError(
    `${short.path}: is incomplete, ${short.seen} of ${short.expected} records; finish it with --resume, then merge again`,
  );
}

async function publish(
  files: readonly ShardFile[],
  { out, regions, draft, regionsDraft }: MergeRequest & { draft: string; regionsDraft?: string },
): Promise<void> {
  const [{ header }] = files;
  // An older header must not stand beside the new records, not even for a moment.
  rmSync(headerPath(out), { force: true });
  try {
    renameSync(draft, out);
    if (regions !== undefined && regionsDraft !== undefined) renameSync(regionsDraft, regions);
  } catch (error) {
    throw new DataError(`${out}: cannot be written, because ${fileTrouble(error)}`, { cause: error });
  }
  await writeRunHeader(out, { ...header, shard: null, outputs: commonOutputs(files, regions) });
}

/** Where the shards put their artifacts, if they agree on it. */
function commonOutputs(files: readonly ShardFile[], regions: string | undefined): RunHeader['outputs'] {
  const all = files.map(({ header }) => header.outputs);
  const common = <K extends keyof RunHeader['outputs']>(key: K): RunHeader['outputs'][K] =>
    all.every((outputs) => outputs[key] === all[0][key]) ? all[0][key] : (null as RunHeader['outputs'][K]);
  return {
    maps: common('maps'),
    masks: common('masks'),
    overlays: common('overlays'),
    overlay_max_size: common('overlay_max_size'),
    regions: regions ?? null,
  };
}

/** What is renamed over a device would do away with it. */
function requirePlainFile(path: string | undefined): void {
  if (path === undefined || !existsSync(path) || statSync(path).isFile()) return;
  throw new ConfigError(`${path}: is no plain file, but the merged records become one; choose another name`);
}

function stopIfAsked(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  const name = signal.reason instanceof InterruptedError ? signal.reason.signal : 'abort';
  throw new InterruptedError('stopped; nothing was written', name);
}
