import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import type { DatasetItem } from '../../data/dataset.js';
import { writeFileWhole } from '../../data/write-whole.js';
import { DataError, ImganoError, InterruptedError } from '../../errors.js';
import { inspectToOutputs } from '../../inference/inspect-to-outputs.js';
import { loadRun } from '../../inference/load-run.js';
import type { OpenedRun } from '../../inference/open-run.js';
import { canonicalJson } from '../../inference/records/canonical-json.js';
import type { Inspection } from '../../inference/run.js';
import { runOf } from '../../inference/run-of.js';
import { headerPath } from '../../inference/sinks/run-header-file.js';
import type { WeightsStore } from '../../models/weights-store.js';
import type { Progress } from '../../runtime/progress.js';
import { Evaluation, type EvaluationReport } from '../evaluate/evaluation.js';
import { RUN_FILES } from './run-files.js';

export interface EvaluateSplitOptions {
  /** Test pictures, in the order of their records. */
  readonly items: readonly DatasetItem[];
  /** Where references lie, for a model that needs them. */
  readonly references: string | null;
  readonly weights: WeightsStore;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/** What became of the test pictures; one of the two is null. */
export interface SplitEvaluation {
  readonly results: EvaluationReport | null;
  /** Why there are none. */
  readonly missing: string | null;
  /** sha256 over the decoded pixels of the pictures that the results are of. */
  readonly fingerprint: string | null;
}

/**
 * Inspects the test pictures with the run as it was written, by the very steps of `imgano infer`, and writes their records
 * (`per_image.jsonl`), what is known of them (`labels.jsonl`) and, where the config asks for maps, the maps. A picture that cannot be read, or
 * that the model was made from, costs the figures, not the model.
 *
 * @param dir the run folder; the chosen backend must run
 * @throws InterruptedError
 */
export async function evaluateSplit(dir: string, options: EvaluateSplitOptions): Promise<SplitEvaluation> {
  const { items, progress } = options;
  if (items.length === 0) return { results: null, missing: 'no test pictures', fingerprint: null };
  try {
    const evaluation = await evaluate(dir, options);
    return { results: evaluation.result(), missing: null, fingerprint: evaluation.fingerprint };
  } catch (error) {
    if (!(error instanceof ImganoError) || error instanceof InterruptedError) throw error;
    for (const name of [RUN_FILES.records, headerPath(RUN_FILES.records), RUN_FILES.maps]) {
      await rm(join(dir, name), { recursive: true, force: true });
    }
    progress.warn(`the run was not evaluated: ${error.message}`);
    return { results: null, missing: error.message, fingerprint: null };
  } finally {
    progress.stop();
  }
}

async function evaluate(dir: string, options: EvaluateSplitOptions): Promise<Evaluation> {
  const { items, references, weights, progress, signal } = options;
  const run = runOf(await loadRun(dir, weights, { references: references ?? undefined }));
  try {
    const evaluation = new Evaluation(run.info);
    const labels: string[] = [];
    const watched = watching(run, async (inspection) => {
      const item = items[inspection.record.index];
      await evaluation.add(item, inspection);
      labels.push(`${canonicalJson(labelLine(item, inspection.record, run.info.threshold))}\n`);
    });
    const maps = run.info.mapsEnabled && run.info.givesMaps;
    if (maps) await mkdir(join(dir, RUN_FILES.maps));
    await inspectToOutputs({
      run: watched,
      inputs: [],
      sources: items.map(({ source }) => source),
      ...{ maps, references, progress, signal },
      folders: maps ? { maps: join(dir, RUN_FILES.maps), mapsNamed: RUN_FILES.maps } : {},
      jsonl: join(dir, RUN_FILES.records),
      stdout: new Writable(),
      sync: { when: 'close', every: 1 },
      ...{ resume: false, shard: null, continueOnError: false, maxErrors: 0 },
    });
    await writeFileWhole(join(dir, RUN_FILES.labels), labels.join(''));
    return evaluation;
  } finally {
    await run.dispose();
  }
}

/** The same run, of which every inspection is shown to `see`, with its map where the model gives one. */
function watching(run: OpenedRun, see: (inspection: Inspection) => Promise<void>): OpenedRun {
  return {
    info: run.info,
    inspect: (inputs, options) => run.inspect(inputs, options),
    dispose: () => run.dispose(),
    async *inspectAll(inputs, options) {
      for await (const inspection of run.inspectAll(inputs, { ...options, mapArtifacts: run.info.givesMaps })) {
        await see(inspection);
        yield inspection;
      }
    },
  };
}

/** What is known of a picture beside what was found on it. */
function labelLine(item: DatasetItem, record: Inspection['record'], threshold: number | null): object {
  const { category, defect, label, group } = item;
  const { index, input } = record;
  if ('error' in record) throw new DataError(record.error.message);
  return {
    ...{ index, input, category, defect, y_true: label, score: record.score, threshold, pred: record.label ?? null },
    ...(group === null ? {} : { group_id: group }),
  };
}
