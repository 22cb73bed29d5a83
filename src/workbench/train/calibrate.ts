import type { PixelThresholdProvenance } from '../../config/threshold.js';
import type { Size } from '../../config/size.js';
import type { RunConfig } from '../../config/run-config.js';
import type { PictureSource } from '../../data/picture.js';
import { InterruptedError } from '../../errors.js';
import { autoBatchSize } from '../../inference/auto-batch-size.js';
import type { Engine } from '../../inference/engine.js';
import { fitImageThreshold, type ImageThreshold } from '../../inference/thresholds/image-threshold.js';
import type { PixelCalibration } from '../../inference/thresholds/pixel-calibration.js';
import { walkPictures } from '../../inference/walk.js';
import type { Progress } from '../../runtime/progress.js';

/** What a batch may take in the model, roughly. */
const BATCH_BYTES = 2 ** 29;

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
  const check = () => {
    if (context.signal?.aborted === true) throw new InterruptedError('the calibration was stopped before it was done');
  };
  const batchSize = (first: Size) => autoBatchSize(engine.inputSize(first), BATCH_BYTES);
  const walk = walkPictures(engine, sources, { map: context.hasMaps, defects: null, batchSize, check });
  for await (const { outcome } of walk) {
    if ('error' in outcome) throw outcome.error;
    const { score, map } = outcome.inspected;
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
