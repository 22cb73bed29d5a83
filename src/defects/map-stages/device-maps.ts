import { type Size } from '../../config/size.js';
import { threshold } from '../../ops/threshold.js';
import { tf, type Tensor2D, type Tensor3D } from '../../runtime/tf.js';
import { bytesOfRuns } from '../labelling/bytes-of-runs.js';
import { medianMask } from '../labelling/median-mask.js';
import { MedianScores } from '../labelling/median-scores.js';
import { runsOfBytes } from '../labelling/runs-of-bytes.js';
import { type Runs } from '../labelling/runs.js';
import { type MapSummary, summarise } from './summarise.js';

/**
 * The tensors of one run of the stages: the map under work and, once it is thresholded, the mask. Owns both; the raw map
 * is borrowed. Everything that crosses between device and host crosses here.
 *
 * On the host a median is not computed as a map: it is put off until the mask is read, where the mask's own filter gives
 * the same pixels, and then only the scores of those are computed.
 */
export class DeviceMaps {
  private work: Tensor3D;
  private binary: Tensor3D | null = null;
  private median: number | null = null;
  private medians: MedianScores | null = null;
  /** The mask on the device is still to be filtered by the median. */
  private unfiltered = false;

  constructor(
    private readonly raw: Tensor2D,
    private readonly size: Size,
  ) {
    this.work = raw.expandDims<Tensor3D>(0);
  }

  /** The map under work becomes what `change` makes of it, `[1, h, w]` float32. */
  changeMap(change: (map: Tensor3D) => Tensor3D): void {
    const next = tf.tidy(() => change(this.work));
    this.work.dispose();
    this.work = next;
  }

  /** From here on the map under work is taken as filtered by a median of `ksize`, odd. No further map stage may follow. */
  putOffMedian(ksize: number): void {
    this.median = ksize;
  }

  /** True when the mask on the device is what the stages say. */
  get maskReady(): boolean {
    return !this.unfiltered;
  }

  /** The mask becomes `map >= level`, compared in float32. */
  threshold(level: number): void {
    this.binary?.dispose();
    this.binary = threshold(this.work, level);
    this.unfiltered = this.median !== null;
  }

  /** The mask becomes `runs`. */
  upload(runs: Runs): void {
    this.binary?.dispose();
    this.binary = tf.tensor3d(bytesOfRuns(runs), [1, this.size.height, this.size.width], 'bool');
    this.unfiltered = false;
  }

  /** The mask becomes what `change` makes of it, `[1, h, w]` float32 of 0 and 1. */
  changeMask(change: (mask: Tensor3D) => Tensor3D): void {
    const next = tf.tidy(() => change(this.binary!.toFloat()).toBool() as Tensor3D);
    this.binary!.dispose();
    this.binary = next;
  }

  /** The mask of the pixels at or above a level, as the stages so far say; leaves the state as it is. */
  async readThreshold(level: number): Promise<Runs> {
    const binary = threshold(this.work, level);
    try {
      return await this.toRuns(binary, this.median);
    } finally {
      binary.dispose();
    }
  }

  async readMask(): Promise<Runs> {
    return this.toRuns(this.binary!, this.unfiltered ? this.median : null);
  }

  /** The values of the map under work, row by row; with a median, those of `runs` alone. */
  async readScores(runs: Runs): Promise<Float32Array> {
    if (this.median === null) return (await this.work.data()) as Float32Array;
    this.medians ??= new MedianScores((await this.work.data()) as Float32Array, this.median);
    return this.medians.at(runs);
  }

  /** @throws DataError when a value of the raw map is not finite */
  summary(roi: Runs | null): Promise<MapSummary> {
    return summarise(this.raw, this.work, roi);
  }

  dispose(): void {
    this.work.dispose();
    this.binary?.dispose();
  }

  private async toRuns(binary: Tensor3D, median: number | null): Promise<Runs> {
    const runs = runsOfBytes((await binary.data()) as unknown as Uint8Array, this.size);
    return median === null ? runs : medianMask(runs, median);
  }
}
