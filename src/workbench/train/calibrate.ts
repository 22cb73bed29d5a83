import type { PixelThresholdProvenance } from '../../config/threshold.js';
import type { RunConfig } from '../../config/run-config.js';
import type { PictureSource } from '../../data/picture.js';
import { InterruptedError } from '../../errors.js';
import type { Engine } from '../../inference/engine.js';
import { prefetch } from '../../inference/prefetch.js';
import { fitImageThreshold, type ImageThreshold } from '../../inference/thresholds/image-threshold.js';
import type { PixelCalibration } from '../../inference/thresholds/pixel-calibration.js';
import type { Progress } from '../../runtime/progress.js';

export interface Calibration {
  readonly image: ImageThreshold;
  /** Scores in the order of the pictures. */
  readonly scores: readonly number[];
  /** null for a model without maps */
  readonly pixel: PixelThresholdProvenance | null;
}

/**
 * Reads the image and the pixel threshold from normal pictures that were not fitted on, through the engine itself.
 *
 * @param pixels borrowed
 */
export async function calibrate(
  engine: Engine,
  sources: readonly PictureSource[],
  config: RunConfig,
  pixels: PixelCalibration,
  context: { split: 'held_out' | 'val'; hasMaps: boolean; progress: Progress; signal?: AbortSignal },
): Promise<Calibration> {
  const scores: number[] = [];
  context.progress.start('calibrating', sources.length);
  for await (const picture of prefetch(sources, 3, (source) => source.decode())) {
    if (context.signal?.aborted === true) throw new InterruptedError('the calibration was stopped before it was done');
    const { score, map } = await engine.inspect(picture, { map: context.hasMaps, defects: null });
    scores.push(score);
    if (map !== null) await pixels.add(map);
    context.progress.update(scores.length);
  }
  context.progress.stop();
  const { quantile } = config.calibration;
  const { contamination } = config.model;
  const image = fitImageThreshold({ scores, split: context.split, quantile, contamination });
  return { image, scores, pixel: await pixels.result() };
}
