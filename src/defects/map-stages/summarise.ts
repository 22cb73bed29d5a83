import { tf, type Tensor2D, type Tensor3D } from '../../runtime/tf.js';
import { bytesOfRuns } from '../labelling/bytes-of-runs.js';
import { pixelCount, type Runs } from '../labelling/runs.js';
import { rectangleOf } from '../labelling/rectangle-of.js';
import { notFinite } from './not-finite.js';

/** Of the raw map inside the region of interest; 0 where that is empty. */
export interface MapStats {
  readonly max: number;
  readonly mean: number;
}

export interface MapSummary {
  readonly stats: MapStats;
  /** The highest value of the map under work: when it stays below the lowest level, there is nothing to read back. */
  readonly peak: number;
}

/** Far below any score, and finite: 0 times Infinity is not a number. */
const FAR_BELOW = -3.4e38;

/**
 * Row sums and row maxima are taken on the device and read back together; the host adds the rows in float64, so that the
 * mean of a large map keeps its digits.
 *
 * @param raw `[h, w]`, borrowed
 * @param work `[1, h, w]`, borrowed
 * @throws DataError when a value of the raw map is not finite
 */
export async function summarise(raw: Tensor2D, work: Tensor3D, roi: Runs | null): Promise<MapSummary> {
  const rows = tf.tidy(() => {
    const { summed, peaked } = insideOf(raw, roi);
    const finite = tf.sub(raw, raw).sum(1);
    return tf.concat([finite, work.max(2).flatten(), summed.sum(1), peaked.max(1)]) as Tensor2D;
  });
  try {
    const values = (await rows.data()) as Float32Array;
    const height = raw.shape[0];
    const bad = values.subarray(0, height).findIndex((sum) => sum !== 0);
    if (bad >= 0) throw notFinite(bad);
    const inside = (values.length - 2 * height) / 2;
    const [sums, maxima] = [values.subarray(2 * height, 2 * height + inside), values.subarray(2 * height + inside)];
    const count = roi === null ? raw.size : pixelCount(roi);
    const stats = count === 0 ? { max: 0, mean: 0 } : { max: highest(maxima), mean: total(sums) / count };
    return { stats, peak: highest(values.subarray(height, 2 * height)) };
  } finally {
    rows.dispose();
  }
}

/** The map with what is outside set to 0 for sums, and to far below everything for maxima. */
function insideOf(raw: Tensor2D, roi: Runs | null): { summed: Tensor2D; peaked: Tensor2D } {
  if (roi === null) return { summed: raw, peaked: raw };
  const box = rectangleOf(roi);
  if (box !== null) {
    const cut = raw.slice([box[1], box[0]], [box[3] - box[1] + 1, box[2] - box[0] + 1]);
    return { summed: cut, peaked: cut };
  }
  const inside = tf.tensor2d(Float32Array.from(bytesOfRuns(roi)), raw.shape);
  const summed = raw.mul<Tensor2D>(inside);
  return { summed, peaked: summed.add<Tensor2D>(inside.sub(1).mul(-FAR_BELOW)) };
}

function total(values: Float32Array): number {
  return values.reduce((sum, v) => sum + v, 0);
}

function highest(values: Float32Array): number {
  return values.reduce((max, v) => Math.max(max, v), -Infinity);
}
