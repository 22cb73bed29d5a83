import type { Size } from '../../config/size.js';
import { labelRuns } from '../../defects/labelling/label-runs.js';
import { runsOfBytes } from '../../defects/labelling/runs-of-bytes.js';
import { ConfigError } from '../../errors.js';
import { ScoreHistogram } from './score-histogram.js';
import { truthMask } from './truth-mask.js';

export interface AuproResult {
  /** 0 to 1; null without a defective region, or without a normal pixel */
  readonly aupro: number | null;
  /** Ground-truth regions over all pictures. */
  readonly regions: number;
  /** Pixels whose scores differ by less than this share of their value count as equal; 0 = exact. */
  readonly resolution: number;
}

/**
 * AUPRO: the area under the per-region-overlap curve up to a false positive rate, divided by that rate (Bergmann et
 * al., The MVTec Anomaly Detection Dataset, IJCV 2021). For every threshold: PRO = the mean over all 8-connected
 * ground-truth regions of the share of their pixels that is flagged, FPR = the share of all normal pixels, those of good
 * pictures included, that is flagged. A small defect counts as much as a large one.
 *
 * PRO is a sum over defective pixels of `1 / area / regions`, so one pass over the scores from high to low gives the
 * whole curve: O(N), every distinct score a threshold, equal scores one straight piece, nothing clamped. The piece that
 * crosses the limit is cut by linear interpolation.
 */
export class Aupro {
  private readonly histogram = new ScoreHistogram();
  private regions = 0;

  /**
   * @param map scores row by row, finite, borrowed
   * @param mask 0 = normal, anything else = defective, borrowed; null for a good picture
   * @throws ShapeError when map or mask do not fit `size`
   * @throws DataError at a score that is not finite
   */
  add(map: Float32Array, mask: Uint8Array | null, size: Size): void {
    const truth = truthMask(map, mask, size);
    this.histogram.add(map, truth === null ? null : this.weigh(truth, size));
  }

  /**
   * @param limit the false positive rate to integrate to: above 0, at most 1
   * @throws ConfigError for another limit
   */
  result(limit = 0.3): AuproResult {
    if (!(limit > 0 && limit <= 1)) throw new ConfigError(`AUPRO: expected a limit above 0 and up to 1, got ${limit}`);
    return { aupro: this.area(limit), regions: this.regions, resolution: this.histogram.resolution };
  }

  /** One over the area of its region for every defective pixel. */
  private weigh(truth: Uint8Array, size: Size): Float64Array {
    const runs = runsOfBytes(truth, size);
    const { count, ofRun } = labelRuns(runs, 8);
    const area = new Float64Array(count);
    for (let i = 0; i < runs.count; i++) area[ofRun[i]] += runs.end[i] - runs.start[i];
    const weights = new Float64Array(truth.length);
    for (let y = 0; y < size.height; y++) {
      for (let i = runs.rowStart[y]; i < runs.rowStart[y + 1]; i++) {
        weights.fill(1 / area[ofRun[i]], y * size.width + runs.start[i], y * size.width + runs.end[i]);
      }
    }
    this.regions += count;
    return weights;
  }

  private area(limit: number): number | null {
    let normals = 0;
    for (const bin of this.histogram.descending()) normals += bin.negatives;
    if (this.regions === 0 || normals === 0) return null;

    let fpr = 0;
    let pro = 0;
    let flagged = 0;
    let area = 0;
    for (const bin of this.histogram.descending()) {
      flagged += bin.negatives;
      const nextFpr = flagged / normals;
      const nextPro = pro + bin.positives / this.regions;
      if (nextFpr >= limit) {
        const share = (limit - fpr) / (nextFpr - fpr);
        return (area + ((limit - fpr) * (2 * pro + share * (nextPro - pro))) / 2) / limit;
      }
      area += ((nextFpr - fpr) * (pro + nextPro)) / 2;
      fpr = nextFpr;
      pro = nextPro;
    }
    return area / limit;
  }
}
