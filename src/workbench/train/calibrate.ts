import type { PixelThresholdProvenance } from '../../config/threshold.js';
import type { RunConfig } from '../../config/run-config.js';
import type { PictureSource } from '../../data/picture.js';
import { InterruptedError } from '../../errors.js';
import type { Engine } from '../../inference/engine.js';
import { prefetch } from '../../inference/prefetch.js';
import { fitImageThreshold, type ImageThreshold } from '../../inference/thresholds/image-threshold.js';
import { PixelQuantile } from '../../inference/thresholds/pixel-quantile.js';
import type { Progress } from '../../runtime/progress.js';

export interface Calibration {
  readonly image: ImageThreshold;
  /** Scores in the order of the pictures. */
  readonly scores: readonly number[];
  /** null for a model without maps */
  readonly pixel: PixelThresholdProvenance | null;
}

/** Reads the image and the pixel threshold from normal pictures that were not fitted on, through the engine itself. */
export async function calibrate(
  engine: Engine,
  sources: readonly PictureSource[],
  config: RunConfig,
  split: 'held_out' | 'val',
  context: { hasMaps: boolean; progress: Progress; signal?: AbortSignal },
): Promise<Calibration> {
  const scores: number[] = [];
  const pixels = new PixelQuantile();
  context.progress.start('calibrating', sources.length);
  for await (const picture of prefetch(sources, 3, (source) => source.decode())) {
    if (context.signal?.aborted === true) throw new InterruptedError('the calibration was stopped before it was done');
    const { score, map } = await engine.inspect(picture, { map: context.hasMaps, defects: null });
    scores.push(score);
    if (map !== null) pixels.add(map.data);
    context.progress.update(scores.length);
  }
  context.progress.stop();
  const { quantile } = config.calibration;
  const { contamination } = config.model;
  const image = fitImageThreshold({ scores, split, quantile, contamination });
  return { image, scores, pixel: pixelThreshold(pixels, config, split, sources.length) };
}

function pixelThreshold(
  pixels: PixelQuantile,
  config: RunConfig,
  split: 'held_out' | 'val',
  maps: number,
): PixelThresholdProvenance | null {
  const fixed = config.defects?.pixel_threshold ?? null;
  if (fixed !== null) return { method: 'fixed', source: 'explicit', value: fixed };
  if (pixels.count === 0) return null;
  const q = config.defects?.pixel_normal_quantile ?? 0.999;
  return {
    method: 'normal_pixel_quantile',
    source: split,
    value: pixels.result(q),
    q,
    calibration_map_count: maps,
    calibration_pixel_count: pixels.count,
  };
}
