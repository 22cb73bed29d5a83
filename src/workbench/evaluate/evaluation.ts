import type { DatasetItem } from '../../data/dataset.js';
import { decodeMask } from '../../data/decode-mask.js';
import { DataError } from '../../errors.js';
import { pixelHash, setHash, shortHash } from '../../inference/pixel-hash.js';
import type { Inspection, RunInfo } from '../../inference/run.js';
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

/** Compares inspections with what is known of their pictures, one by one. */
export class Evaluation {
  private readonly items: DatasetItem[] = [];
  private readonly scores: number[] = [];
  private readonly hashes: string[] = [];
  private readonly pixels = new PixelMetrics();
  private readonly regions = new RegionMetrics();
  private readonly byDefect: Record<string, { pictures: number; flagged: number }> = {};
  private readonly used: ReadonlySet<string>;
  private regionsMeasured = false;

  constructor(private readonly info: RunInfo) {
    const { fit = [], calibration = [] } = info.pictureHashes ?? {};
    this.used = new Set([...fit, ...calibration]);
  }

  /**
   * @param inspection of the item's picture, with its map where the model gives one
   * @returns the ground truth; null where it is not known, or not needed
   * @throws DataError for a picture that failed, one that the run was made from, and a mask that does not fit
   */
  async add(item: DatasetItem, inspection: Inspection): Promise<Uint8Array | null> {
    const { record, map, mask: found } = inspection;
    if ('error' in record) throw new DataError(record.error.message);
    const hash = inspection.picture === null ? null : pixelHash(inspection.picture);
    if (hash !== null) refuseUsed(record.input, hash, this.used);
    this.hashes.push(hash ?? '');
    this.items.push(item);
    this.scores.push(record.score);
    const tally = (this.byDefect[item.defect] ??= { pictures: 0, flagged: 0 });
    tally.pictures += 1;
    tally.flagged += record.label === 1 ? 1 : 0;
    const mask = map === null ? null : await groundTruth(item, map);
    if (map !== null) this.pixels.add(map, mask, item);
    if (found !== null && mask !== null) {
      this.regionsMeasured = true;
      const { height, width, data: painted } = found;
      const listed = record.defects?.regions ?? [];
      this.regions.add({ height, width, label: item.label, truth: mask, mask: painted, regions: listed });
    }
    return mask;
  }

  /** sha256 over the decoded pixels of the pictures, whatever their names and order; null where a picture was not at hand. */
  get fingerprint(): string | null {
    return this.hashes.includes('') ? null : setHash(this.hashes);
  }

  result(): EvaluationReport {
    const { scores } = this;
    const { model, threshold } = this.info;
    const labels = this.items.map(({ label }) => label);
    return {
      model,
      threshold,
      pictures: { normal: labels.filter((l) => l === 0).length, anomalous: labels.filter((l) => l === 1).length },
      image_auroc: auroc(scores, labels),
      image_ap: averagePrecision(scores, labels),
      image_f1: threshold === null ? null : f1AtThreshold(scores, labels, threshold).f1,
      ...this.pixels.result(),
      ...(this.regionsMeasured ? this.regions.result() : {}),
      by_defect: this.byDefect,
    };
  }
}

/** Figures of pictures that the model or its thresholds were made from would say nothing. */
function refuseUsed(input: string, hash: string, used: ReadonlySet<string>): void {
  if (!used.has(shortHash(hash))) return;
  throw new DataError(
    `${input}: the same picture was used to fit the model or to calibrate its thresholds, so that figures would flatter the run; ` +
      'leave it out of the test pictures, or train without it',
  );
}

/** The mask of a picture; all zero for a good one, null for a defect without a mask. */
async function groundTruth(item: DatasetItem, map: { height: number; width: number }): Promise<Uint8Array | null> {
  if (item.maskPath !== null) return (await decodeMask(item.maskPath, { size: map })).data;
  return item.label === 0 ? new Uint8Array(map.height * map.width) : null;
}
