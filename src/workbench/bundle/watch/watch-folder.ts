import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { decodePicture } from '../../../data/decode.js';
import type { Picture, PictureSource } from '../../../data/picture.js';
import { readFileWhole } from '../../../data/read-whole.js';
import { ConfigError, DataError, InterruptedError } from '../../../errors.js';
import type { OpenedRun } from '../../../inference/open-run.js';
import { runHeader } from '../../../inference/records/run-header.js';
import type { Inspection, InspectOptions } from '../../../inference/run.js';
import { realPath } from '../../../inference/sinks/real-path.js';
import type { OutputFolders } from '../../../inference/sinks/save-artifacts.js';
import { makeFolders, writeInspections, type WriteCounts } from '../../../inference/write-inspections.js';
import type { Progress } from '../../../runtime/progress.js';
import { SeenFiles } from './seen-files.js';
import { Settling } from './settling.js';
import { openWatchLog, type Watched, type WatchLog } from './watch-log.js';
import { isSameVersion, lookAt, lookInto, type WatchedFile } from './watched-file.js';

export interface WatchOptions {
  /** Borrowed. */
  readonly run: OpenedRun;
  /** Pictures appear here, or below. */
  readonly folder: string;
  /** Where the records and artifacts go; not below `folder`. */
  readonly out: string;
  /** Which artifacts are written, each into a folder of its name. */
  readonly artifacts: { readonly maps: boolean; readonly masks: boolean; readonly overlays: boolean };
  /** Report maps in the records. */
  readonly maps: boolean;
  /** Seconds between two looks, and seconds for which a file must be left alone before it is read. */
  readonly interval: number;
  readonly settle: number;
  /** Do what is there and end. */
  readonly once: boolean;
  readonly references: string | null;
  readonly speed?: Pick<InspectOptions, 'batchSize' | 'memoryBudgetMb'>;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** What the records hold, and what became of this watch's looks. */
export interface WatchReport extends WriteCounts {
  /** Done before this process began. */
  readonly resumed: number;
  /** Of this process. */
  readonly new_errors: number;
  /** Files that were done under another name. */
  readonly moved: number;
  /** Files that were still being written at the last look. */
  readonly pending: number;
}

/**
 * Inspects every picture that appears in a folder, once, with one model that stays loaded. The records are the state: a process that
 * begins again goes on after them, whenever the one before it ended. A picture that is written again is a new one.
 *
 * @returns only with `once`
 * @throws InterruptedError when the signal says so, between two records; ConfigError, DataError as `openWatchLog`
 */
export async function watchFolder(options: WatchOptions): Promise<WatchReport> {
  const { out, folder, once, progress, signal, interval, settle } = options;
  requireApart(folder, out);
  const watch = await Watch.open(options);
  try {
    progress.start(`watching ${folder}`);
    progress.update(watch.counts.processed);
    let last = '';
    for (let looks = 1; ; looks++) {
      const pending = await watch.look().catch((error: unknown) => {
        // A share that is away for a moment comes back; the first look must work.
        if (once || looks === 1 || !(error instanceof LookError)) throw error;
        if (error.message !== last) progress.warn(`${error.message}; looking again`);
        last = error.message;
        return 0;
      });
      if (once && (pending === 0 || looks === 2)) return watch.report(pending);
      await waited(once ? settle : interval, signal, watch.counts.processed);
    }
  } finally {
    progress.stop();
    watch.close();
  }
}

class Watch {
  counts: WriteCounts;
  private moved = 0;

  private constructor(
    private readonly options: WatchOptions,
    private readonly folders: OutputFolders,
    private readonly seen: SeenFiles,
    private readonly log: WatchLog,
    private readonly settling: Settling,
  ) {
    this.counts = { ...log.before };
  }

  static async open(options: WatchOptions): Promise<Watch> {
    const { out, artifacts, run, maps, references } = options;
    const wanted = Object.entries(artifacts).flatMap(([name, asked]) => (asked ? [[name, join(out, name)]] : []));
    const folders: OutputFolders = { ...Object.fromEntries(wanted), writer: realPath(out) };
    const seen = new SeenFiles();
    const header = runHeader({ run, sources: [], shard: null, folders, continueOnError: true, maps, references }, 0);
    const log = await openWatchLog(out, header, (file) => seen.add(file));
    try {
      await makeFolders(folders);
    } catch (error) {
      log.close();
      throw error;
    }
    return new Watch(options, folders, seen, log, new Settling(options.settle));
  }

  /** Does everything that is ready; gives how many files are not. */
  async look(): Promise<number> {
    const { run, folder, maps, signal, progress, speed } = this.options;
    const there = await lookInto(folder).catch((error: unknown) => {
      throw error instanceof DataError ? new LookError(error.message, { cause: error }) : error;
    });
    const wanted = there.filter((file) => !this.seen.has(file));
    const ready = this.settling.settled(wanted);
    const places = new Set(there.map(({ name }) => name));
    const done = new Map<string, Watched | Dropped>();
    const sources = ready.map((file) => this.source(file, places, done));
    const onError = 'record';
    const inspections = run.inspectAll(sources, {
      ...{ maps, mapArtifacts: this.folders.overlays !== undefined, onError, signal, ...speed },
    });
    this.counts = await writeInspections(this.placed(inspections, done), this.log.sink, this.folders, {
      ...{ pixelThreshold: run.info.pixelThreshold, onError, before: this.counts, signal },
      // Never reached; it makes artifacts wait for the record before them, so that a stop leaves none without a record.
      maxErrors: Number.MAX_SAFE_INTEGER,
      onDone: (counts) => {
        this.counts = { ...counts };
        progress.update(counts.processed);
      },
    });
    const changed = [...done.values()].filter((outcome) => outcome === 'changed').length;
    return wanted.length - ready.length + changed;
  }

  report(pending: number): WatchReport {
    const { before } = this.log;
    const { moved, counts } = this;
    return { ...counts, resumed: before.processed, new_errors: counts.errors - before.errors, moved, pending };
  }

  close(): void {
    this.log.close();
  }

  /** Reads a file once: what is hashed is what is decoded. */
  private source(file: WatchedFile, there: ReadonlySet<string>, done: Map<string, Watched | Dropped>): PictureSource {
    const { path: name } = file;
    const drop = (why: Dropped): never => {
      done.set(name, why);
      throw new DataError(`${name}: is left out`);
    };
    const decode = async (): Promise<Picture> => {
      const bytes = await readFileWhole(name).catch(() => drop('changed'));
      const now = await lookAt(this.options.folder, name);
      if (now === null || !isSameVersion(file, now) || bytes.length !== file.bytes) return drop('changed');
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      const watched: Watched = { path: file.name, sha256, bytes: file.bytes, modified: file.modified };
      if (this.seen.wasMoved(watched, there)) {
        this.seen.add(watched);
        return drop('moved');
      }
      done.set(name, watched);
      return decodePicture(bytes, { name });
    };
    return { name, decode };
  }

  /** Numbers the records on, and tells in each which file it is of. */
  private async *placed(
    inspections: AsyncIterable<Inspection>,
    done: ReadonlyMap<string, Watched | Dropped>,
  ): AsyncGenerator<Inspection> {
    let index = this.counts.processed;
    for await (const inspection of inspections) {
      const watched = done.get(inspection.record.input);
      if (watched === 'moved') this.moved += 1;
      if (watched === undefined || typeof watched === 'string') continue;
      const record: WatchedRecord = { ...inspection.record, index: index++, watched };
      yield { ...inspection, record };
      // Asked for the next one: the record is on the disk.
      this.seen.add(watched);
    }
  }
}

/** The record of a picture, with the file that it is of. */
type WatchedRecord = Inspection['record'] & { readonly watched: Watched };

/** A file that gives no record at this look. */
type Dropped = 'changed' | 'moved';

class LookError extends DataError {}

function requireApart(folder: string, out: string): void {
  const [a, b] = [realPath(folder), realPath(out)];
  if (a !== b && !b.startsWith(join(a, '/'))) return;
  throw new ConfigError(
    `--out ${out}: lies in the watched folder, so what is written would be watched too; choose another`,
  );
}

async function waited(seconds: number, signal: AbortSignal | undefined, done: number): Promise<void> {
  await sleep(seconds * 1000, undefined, { signal }).catch(() => undefined);
  if (signal?.aborted !== true) return;
  const name = signal.reason instanceof InterruptedError ? signal.reason.signal : 'abort';
  throw new InterruptedError(`stopped after ${done} pictures; what was written is whole`, name);
}
