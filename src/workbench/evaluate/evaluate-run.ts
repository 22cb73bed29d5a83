import { openDataset, type DatasetItem } from '../../data/dataset.js';
import { DataError } from '../../errors.js';
import type { OpenedRun } from '../../inference/open-run.js';
import type { Inspection } from '../../inference/run.js';
import type { StageClock } from '../../runtime/profile/stage-clock.js';
import type { Progress } from '../../runtime/progress.js';
import { Evaluation, type EvaluationReport } from './evaluation.js';

export type { EvaluationReport };

export interface EvaluateOptions {
  readonly progress: Progress;
  readonly signal?: AbortSignal;
  /** Also find defect regions and measure them. Default: `defects.enabled` of the config. */
  readonly defects?: boolean;
  /** Takes the time of every stage. */
  readonly clock?: StageClock;
  /** Sees every picture with its outcome, for a gallery say. */
  readonly onInspection?: (item: DatasetItem, inspection: Inspection, mask: Uint8Array | null) => Promise<void> | void;
}

/**
 * Runs a trained model over the test pictures of a data set and compares with what is known of them.
 *
 * @throws DataError without test pictures, or when a mask does not fit its picture
 */
export async function evaluateRun(run: OpenedRun, data: string, options: EvaluateOptions): Promise<EvaluationReport> {
  const items = (await openDataset(data)).filter((item) => item.split === 'test');
  if (items.length === 0) throw new DataError(`${data}: no test pictures were found`);
  const evaluation = new Evaluation(run.info);
  const sources = items.map((item) => item.source);
  options.progress.start('evaluating', items.length);
  const { signal, defects, clock } = options;
  let done = 0;
  for await (const inspection of run.inspectAll(sources, { maps: run.info.givesMaps, defects, signal, clock })) {
    const item = items[done];
    const mask = await evaluation.add(item, inspection);
    await options.onInspection?.(item, inspection, mask);
    done += 1;
    options.progress.update(done);
  }
  options.progress.stop();
  return evaluation.result();
}
