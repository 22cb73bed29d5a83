import { type Size } from '../../config/size.js';
import { packMask, unpackMask } from '../../ops/pack-mask.js';
import { threshold } from '../../ops/threshold.js';
import { onGpu } from '../../runtime/on-gpu.js';
import { tf, type Tensor2D, type Tensor3D } from '../../runtime/tf.js';
import { bytesOfRuns } from '../labelling/bytes-of-runs.js';
import { medianMask } from '../labelling/median-mask.js';
import { MedianScores } from '../labelling/median-scores.js';
import { runsOfBytes } from '../labelling/runs-of-bytes.js';
import { runsOfScores } from '../labelling/runs-of-scores.js';
import { pixelCount, type Runs } from '../labelling/runs.js';
import { placesOfRuns } from '../labelling/places-of-runs.js';
import { type LocalChange, runsInBands, valuesInBands } from './in-bands.js';
import { type MapStats, summarise } from './summarise.js';
import { summariseValues } from './summarise-values.js';

/** Maps of more pixels are changed in bands. */
const MOST_PIXELS = 2 ** 25;

/**
 * The tensors of one run of the stages: the map under work and, once a stage needs it, the mask. Owns both; the raw map is
 * borrowed. Everything that crosses between device and host crosses here.
 *
 * Where the tensors lie in host memory, the map is read once and summary, threshold and scores are taken from it: one walk
 * over a map costs less than a tensor op and its read-back. A median is not computed as a map there: it is put off until the
 * mask is read, where the mask's own filter gives the same pixels, and then only the scores of those are computed. There a map of very
 * many pixels is never a tensor of its own: stages change it, and the mask, in bands.
 */
export class DeviceMaps {
  /** The map under work, once it is wanted as a tensor. */
  private work: Tensor3D | null = null;
  /** The map under work is another than the raw one. */
  private changed = false;
  private binary: Tensor3D | null = null;
  /** The mask, where no tensor is made of it. */
  private runs: Runs | null = null;
  /** The mask is `map >= level`, and no tensor has been made of it. */
  private level: number | null = null;
  private median: number | null = null;
  private medians: MedianScores | null = null;
  /** The values of the map under work, once they were read. */
  private values: Float32Array | null = null;
  private rawValues: Float32Array | null = null;

  constructor(
    private readonly raw: Tensor2D,
    private readonly size: Size,
    private readonly mostPixels = MOST_PIXELS,
  ) {}

  /** The map under work becomes what the change makes of it. */
  changeMap(local: LocalChange): void {
    if (this.inBands) {
      this.changeValues((values) => valuesInBands(values, this.size, this.bandRows, local));
      return;
    }
    const work = this.tensor();
    this.workOn(tf.tidy(() => local.change(work)));
    this.values = null;
  }

  /** The same for a change on the host: `change` gives new values, row by row, and leaves the old ones. */
  changeValues(change: (values: Float32Array, size: Size) => Float32Array): void {
    const values = change(this.readValues(), this.size);
    this.workOn(null);
    this.values = values;
  }

  /** From here on the map under work is taken as filtered by a median of `ksize`, odd. No further map stage may follow. */
  putOffMedian(ksize: number): void {
    this.median = ksize;
  }

  /** True when a tensor of the mask, as the stages say it, is there or can be made. */
  get maskReady(): boolean {
    return this.level === null || this.median === null;
  }

  /** The mask becomes `map >= level`, compared in float32. */
  threshold(level: number): void {
    this.binary?.dispose();
    this.binary = this.runs = null;
    this.level = level;
  }

  /** The mask becomes `runs`. */
  upload(runs: Runs): void {
    if (this.inBands) this.runsAre(runs);
    else this.maskIs(tf.tensor3d(bytesOfRuns(runs), [1, this.size.height, this.size.width], 'bool'));
  }

  /** The mask becomes what the change makes of it, as a map of 0 and 1. */
  changeMask(local: LocalChange): void {
    if (this.inBands) {
      const runs = this.runs ?? runsOfScores(this.readValues(), Math.fround(this.level!), this.size);
      this.runsAre(runsInBands(runs, this.bandRows, local));
      return;
    }
    const work = this.binary ?? this.tensor();
    const next = tf.tidy(() => {
      const mask = this.binary ?? threshold(work, this.level!);
      return local.change(mask.toFloat()).toBool() as Tensor3D;
    });
    this.maskIs(next);
  }

  /** The mask of the pixels at or above a level, as the stages so far say; leaves the state as it is. */
  async readThreshold(level: number): Promise<Runs> {
    const runs = onGpu()
      ? await this.readTensorThreshold(level)
      : runsOfScores(this.readValues(), Math.fround(level), this.size);
    return this.median === null ? runs : medianMask(runs, this.median);
  }

  async readMask(): Promise<Runs> {
    if (this.level !== null) return this.readThreshold(this.level);
    return this.runs ?? this.toRuns(this.binary!);
  }

  /** The values of the map under work, row by row; from a GPU, and with a median, those of `runs` alone. */
  async readScores(runs: Runs): Promise<Float32Array> {
    if (onGpu()) return this.fetchScores(runs);
    const values = this.readValues();
    if (this.median === null) return values;
    this.medians ??= new MedianScores(values, this.median);
    return this.medians.at(runs);
  }

  /**
   * The statistics of the raw map, and whether a pixel of the map under work is at or above `level`, before a median that
   * was put off.
   *
   * @throws DataError when a value of the raw map is not finite
   */
  async summary(roi: Runs | null, level: number): Promise<{ readonly stats: MapStats; readonly reached: boolean }> {
    const low = Math.fround(level);
    if (onGpu()) {
      const { stats, peak } = await summarise(this.raw, this.tensor(), roi);
      return { stats, reached: peak >= low };
    }
    const stats = summariseValues(this.readRaw(), this.size, roi);
    const values = this.readValues();
    let p = 0;
    while (p < values.length && values[p] < low) p++;
    return { stats, reached: p < values.length };
  }

  dispose(): void {
    this.work?.dispose();
    this.binary?.dispose();
  }

  private get inBands(): boolean {
    return !onGpu() && this.size.height * this.size.width > this.mostPixels;
  }

  private get bandRows(): number {
    return Math.max(1, Math.floor(this.mostPixels / 4 / this.size.width));
  }

  private tensor(): Tensor3D {
    const { height, width } = this.size;
    return (this.work ??= this.changed
      ? tf.tensor3d(this.values!, [1, height, width])
      : this.raw.expandDims<Tensor3D>(0));
  }

  private workOn(next: Tensor3D | null): void {
    this.work?.dispose();
    this.work = next;
    this.changed = true;
  }

  private runsAre(runs: Runs): void {
    this.runs = runs;
    this.level = null;
  }

  private maskIs(next: Tensor3D): void {
    this.binary?.dispose();
    this.binary = next;
    this.level = null;
  }

  private async readTensorThreshold(level: number): Promise<Runs> {
    const binary = threshold(this.tensor(), level);
    try {
      return await this.toRuns(binary);
    } finally {
      binary.dispose();
    }
  }

  private async toRuns(binary: Tensor3D): Promise<Runs> {
    if (!onGpu()) return runsOfBytes((await binary.data()) as unknown as Uint8Array, this.size);
    const packed = packMask(binary);
    try {
      return runsOfBytes(unpackMask(await packed.data(), binary.size), this.size);
    } finally {
      packed.dispose();
    }
  }

  /** Where tensors lie in host memory, reading one is a copy at most, and there is nothing to wait for. */
  private readRaw(): Float32Array {
    return (this.rawValues ??= this.raw.dataSync() as Float32Array);
  }

  private readValues(): Float32Array {
    return (this.values ??= this.changed ? (this.work!.dataSync() as Float32Array) : this.readRaw());
  }

  /** Of a map in the memory of a GPU only what is asked for is read. */
  private async fetchScores(runs: Runs): Promise<Float32Array> {
    const { height, width } = this.size;
    if (this.values !== null) return this.values;
    if (runs.count === 0) return new Float32Array(height * width);
    if (2 * pixelCount(runs) > height * width) return (this.values = (await this.tensor().data()) as Float32Array);
    const places = placesOfRuns(runs);
    const picked = tf.tidy(() => tf.gather(this.tensor().flatten(), tf.tensor1d(places, 'int32')));
    try {
      const values = await picked.data();
      const out = new Float32Array(height * width);
      places.forEach((place, i) => (out[place] = values[i]));
      return out;
    } finally {
      picked.dispose();
    }
  }
}
