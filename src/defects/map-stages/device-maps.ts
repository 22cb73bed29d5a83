import { type Size } from '../../config/size.js';
import { DataError } from '../../errors.js';
import { tf, type Tensor, type Tensor2D, type Tensor3D } from '../../runtime/tf.js';
import { bytesOfRuns } from '../labelling/bytes-of-runs.js';
import { runsOfBytes } from '../labelling/runs-of-bytes.js';
import { pixelCount, type Runs } from '../labelling/runs.js';

/** Statistics of the untouched map inside the region of interest. */
export interface MapStats {
  readonly max: number;
  readonly mean: number;
}

/**
 * The tensors of one run of the stages: the map under work and, once it is thresholded, the mask. Owns both; the raw map
 * is borrowed. Everything that crosses between device and host crosses here.
 */
export class DeviceMaps {
  private work: Tensor3D;
  private binary: Tensor3D | null = null;

  constructor(
    private readonly raw: Tensor2D,
    private readonly size: Size,
  ) {
    this.work = raw.expandDims<Tensor3D>(0);
  }

  /** `[1, h, w]` float32. */
  get map(): Tensor3D {
    return this.work;
  }

  /** Takes over `next` as the map under work. */
  replaceMap(next: Tensor3D): void {
    this.work.dispose();
    this.work = next;
  }

  /** Takes over what `change` makes of the mask, `[1, h, w]` float32 of 0 and 1. */
  changeMask(change: (mask: Tensor3D) => Tensor3D): void {
    const next = tf.tidy(() => change(this.binary!.toFloat()));
    this.binary!.dispose();
    this.binary = next;
  }

  /** The mask becomes `map >= level`, compared in float32. */
  threshold(level: number): void {
    this.binary?.dispose();
    this.binary = tf.tidy(() => tf.greaterEqual<Tensor3D>(this.work, tf.scalar(level, 'float32')));
  }

  /** The mask becomes `runs`. */
  upload(runs: Runs): void {
    this.binary?.dispose();
    this.binary = tf.tensor3d(bytesOfRuns(runs), [1, this.size.height, this.size.width], 'bool');
  }

  /** The one read-back of a mask. */
  async readMask(): Promise<Runs> {
    const bytes = tf.tidy(() => this.binary!.toBool());
    try {
      return runsOfBytes((await bytes.data()) as unknown as Uint8Array, this.size);
    } finally {
      bytes.dispose();
    }
  }

  async readScores(): Promise<Float32Array> {
    return (await this.work.data()) as Float32Array;
  }

  /**
   * The statistics of the raw map and the highest value of the map under work, in one small read-back.
   *
   * @throws DataError when a value of the raw map is not finite
   */
  async summary(roi: Runs | null): Promise<{ stats: MapStats; peak: number }> {
    const { height } = this.size;
    const rows = tf.tidy(() => {
      const inside = roi === null ? null : tf.tensor2d(bytesOfRuns(roi), this.raw.shape, 'bool');
      const summed = inside === null ? this.raw : this.raw.mul<Tensor2D>(inside.toFloat());
      const peaks = inside === null ? this.raw : tf.where(inside, this.raw, tf.fill(this.raw.shape, -3.4e38));
      const finite = tf.sub(this.raw, this.raw);
      const work: Tensor = this.work.squeeze<Tensor2D>([0]);
      return tf.stack([summed.sum(1), peaks.max(1), work.max(1), finite.sum(1)]);
    });
    const values = await rows.data();
    rows.dispose();
    let [sum, max, peak] = [0, -Infinity, -Infinity];
    for (let y = 0; y < height; y++) {
      if (values[3 * height + y] !== 0) {
        throw new DataError(`the anomaly map holds a value in row ${y} that is not finite; its detector is at fault`);
      }
      sum += values[y];
      max = Math.max(max, values[height + y]);
      peak = Math.max(peak, values[2 * height + y]);
    }
    const count = roi === null ? this.raw.size : pixelCount(roi);
    return { stats: count === 0 ? { max: 0, mean: 0 } : { max, mean: sum / count }, peak };
  }

  dispose(): void {
    this.work.dispose();
    this.binary?.dispose();
  }
}
