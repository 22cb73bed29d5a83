import type { Writable } from 'node:stream';
import type { PictureSource } from '../data/picture.js';
import type { Progress } from '../runtime/progress.js';
import type { OpenedRun } from './open-run.js';
import type { StageClock } from '../runtime/profile/stage-clock.js';
import type { Inspection, InspectOptions } from './run.js';
import { runHeader } from './records/run-header.js';
import { relativeNames } from './shards/relative-names.js';
import { shardOfName } from './shards/shard-of-name.js';
import type { Shard } from './shards/shard.js';
import { JsonlFile, type SyncPolicy } from './sinks/jsonl.js';
import { JsonlStream } from './sinks/jsonl-stream.js';
import type { NumberedInput } from './sinks/kept-records.js';
import { openRecords, type OpenedRecords } from './sinks/open-records.js';
import type { OutputFolders } from './sinks/save-artifacts.js';
import { writeInspections, type WriteCounts } from './write-inspections.js';

export interface InspectToOutputs {
  readonly run: OpenedRun;
  /** What the user named, and the pictures that it gave. */
  readonly inputs: readonly string[];
  readonly sources: readonly PictureSource[];
  readonly maps: boolean;
  /** Tell how much speaks for every label. */
  readonly confidence?: boolean;
  /** Folders that are there already. */
  readonly folders: OutputFolders;
  /** The records file; without one they go to `stdout`. */
  readonly jsonl?: string;
  readonly regions?: string;
  readonly stdout: Writable;
  readonly sync: SyncPolicy;
  readonly resume: boolean;
  readonly shard: Shard | null;
  readonly continueOnError: boolean;
  readonly maxErrors: number;
  /** Where references were taken from, as given. */
  readonly references: string | null;
  /** How fast it goes: batches, threads, memory. */
  readonly speed?: Pick<InspectOptions, 'batchSize' | 'workers' | 'memoryBudgetMb'>;
  readonly clock?: StageClock;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** The counts of everything that the outputs hold; `resumed` of it was there before, where the run went on. */
export interface OutputCounts extends WriteCounts {
  resumed?: number;
}

/**
 * Inspects pictures, or the part of a shard, and writes their records and artifacts; goes on after what an earlier run wrote when asked.
 * However a run was cut into parts, its records are the same bytes.
 *
 * @throws ConfigError, DataError, InterruptedError; what was written is whole
 */
export async function inspectToOutputs(request: InspectToOutputs): Promise<OutputCounts> {
  const { run, sources, shard, progress, signal, maxErrors, clock } = request;
  const mine = partOf(request);
  const records = await openOutputs(request, mine);
  try {
    const todo = mine.slice(records.before.processed);
    progress.start('inspecting', mine.length);
    progress.update(records.before.processed);
    const onError = request.continueOnError ? 'record' : 'throw';
    const inspections = run.inspectAll(
      todo.map(({ index }) => sources[index]),
      {
        ...{
          maps: request.maps,
          confidence: request.confidence,
          mapArtifacts: request.folders.overlays !== undefined,
          onError,
          signal,
        },
        ...{ ...request.speed, clock },
      },
    );
    const outputs = { ...request.folders, regions: records.regions, writer: records.writer };
    const counts: OutputCounts = await writeInspections(placed(inspections, todo), records.sink, outputs, {
      ...{ pixelThreshold: run.info.pixelThreshold, onError, maxErrors, before: records.before, signal, clock },
      onDone: ({ processed }) => progress.update(processed),
    });
    progress.stop();
    const left = mine.length - counts.processed;
    if (left > 0)
      progress.warn(`stopped at ${counts.errors} errors (--max-errors ${maxErrors}); ${left} pictures are left`);
    if (shard !== null)
      progress.info(`shard ${shard.index}/${shard.count}: ${mine.length} of ${sources.length} pictures`);
    return request.resume ? { ...counts, resumed: records.before.processed } : counts;
  } finally {
    progress.stop();
    records.close();
  }
}

/** The inputs of this run at their places in the whole list. */
function partOf({ inputs, sources, shard }: InspectToOutputs): NumberedInput[] {
  const all = sources.map(({ name }, index) => ({ index, name }));
  if (shard === null) return all;
  const names = relativeNames(
    inputs,
    all.map(({ name }) => name),
  );
  return all.filter(({ index }) => shardOfName(names[index], shard.count) === shard.index - 1);
}

async function openOutputs(request: InspectToOutputs, inputs: readonly NumberedInput[]): Promise<OpenedRecords> {
  const { jsonl: path, regions, stdout, resume, sync } = request;
  if (path !== undefined) {
    return openRecords({ path, regions, inputs, resume, sync, header: runHeader(request, inputs.length) });
  }
  const second = regions === undefined ? undefined : new JsonlFile(regions, sync);
  const before = { processed: 0, anomalous: 0, errors: 0, regions: 0 };
  return { sink: new JsonlStream(stdout), regions: second, before, close: () => second?.close() };
}

/** A walk over some of the pictures counts from 0; its records carry the places in the whole list. */
async function* placed(
  inspections: AsyncIterable<Inspection>,
  inputs: readonly NumberedInput[],
): AsyncGenerator<Inspection> {
  for await (const inspection of inspections) {
    const { index } = inputs[inspection.record.index];
    yield { ...inspection, record: { ...inspection.record, index } };
  }
}
