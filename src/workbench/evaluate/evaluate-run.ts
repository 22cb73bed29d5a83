import { openDataset, type DatasetItem } from '../../data/dataset.js';
import { decodeMask } from '../../data/decode-mask.js';
import { DataError } from '../../errors.js';
import { pixelHash, shortHash } from '../../inference/pixel-hash.js';
import type { OpenedRun } from '../../inference/open-run.js';
import type { Inspection } from '../../inference/run.js';
import type { StageClock } from '../../runtime/profile/stage-clock.js';
import type { Progress } from '../../runtime/progress.js';
import { auroc } from '../metrics/auroc.js';
import { averagePrecision } from '../metrics/average-precision.js';
import { f1AtThreshold } from '../metrics/f1-at-threshold.js';
import { PixelMetrics } from './pixel-metrics.js';
import { RegionMetrics, type RegionMetricsResult } from './region-metrics.js';

/**
 * What `imgano evaluate` reports; metrics are null where the data cannot give them. Those of regions are there only where
 * defects were found, by an option or by the config.
 */
export interface EvaluationReport extends Partial<RegionMetricsResult> {
  readonly model: string;
  readonly threshold: number | null;
  readonly pictures: { readonly normal: number; readonly anomalous: number };
  readonly image_auroc: number | null;
  readonly image_ap: number | null;
  readonly image_f1: number | null;
  readonly pixel_auroc: number | null;
  readonly aupro: number | null;
  /** Why there are no pixel metrics; null when there are. */
  readonly pixel_metrics_missing: string | null;
  /** At the calibrated threshold, by defect type; `good` holds the false alarms. */
  readonly by_defect: Readonly<Record<string, { readonly pictures: number; readonly flagged: number }>>;
}

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
  const scores: number[] = [];
  const pixels = new PixelMetrics();
  const regions = new RegionMetrics();
  let regionsMeasured = false;
  const byDefect: Record<string, { pictures: number; flagged: number }> = {};
  const sources = items.map((item) => item.source);
  options.progress.start('evaluating', items.length);
  const { signal, defects, clock } = options;
  const used = new Set([...(run.info.pictureHashes?.fit ?? []), ...(run.info.pictureHashes?.calibration ?? [])]);
  for await (const inspection of run.inspectAll(sources, { maps: run.info.givesMaps, defects, signal, clock })) {
    const item = items[scores.length];
    const { record, map, mask: found } = inspection;
    if ('error' in record) throw new DataError(record.error.message);
    refuseUsed(inspection, used);
    scores.push(record.score);
    const tally = (byDefect[item.defect] ??= { pictures: 0, flagged: 0 });
    tally.pictures += 1;
    tally.flagged += record.label === 1 ? 1 : 0;
    const mask = map === null ? null : await groundTruth(item, map);
    if (map !== null) pixels.add(map, mask, item);
    if (found !== null && mask !== null) {
      regionsMeasured = true;
      const { height, width, data: painted } = found;
      const listed = record.defects?.regions ?? [];
      regions.add({ height, width, label: item.label, truth: mask, mask: painted, regions: listed });
    }
    await options.onInspection?.(item, inspection, mask);
    options.progress.update(scores.length);
  }
  options.progress.stop();
  const labels = items.map((item) => item.label);
  const { threshold, model } = run.info;
  return {
    model,
    threshold,
    pictures: { normal: labels.filter((l) => l === 0).length, anomalous: labels.filter((l) => l === 1).length },
    image_auroc: auroc(scores, labels),
    image_ap: averagePrecision(scores, labels),
    image_f1: threshold === null ? null : f1AtThreshold(scores, labels, threshold).f1,
    ...pixels.result(),
    ...(regionsMeasured ? regions.result() : {}),
    by_defect: byDefect,
  };
}

/** Figures of pictures that the model or its thresholds were made from would say nothing. */
function refuseUsed({ record, picture }: Inspection, used: ReadonlySet<string>): void {
  if (picture === null || !used.has(shortHash(pixelHash(picture)))) return;
  throw new DataError(
    `${record.input}: the same picture was used to fit the model or to calibrate its thresholds, so that figures would flatter the run; ` +
      'leave it out of the test pictures, or train without it',
  );
}

/** The mask of a picture; all zero for a good one, null for a defect without a mask. */
async function groundTruth(item: DatasetItem, map: { height: number; width: number }): Promise<Uint8Array | null> {
  if (item.maskPath !== null) return (await decodeMask(item.maskPath, { size: map })).data;
  return item.label === 0 ? new Uint8Array(map.height * map.width) : null;
}
