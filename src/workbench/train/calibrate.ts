import type { PixelThresholdProvenance } from '../../config/threshold.js';
import type { Size } from '../../config/size.js';
import type { CalibrationConfig } from '../../config/calibration.js';
import type { Tiling } from '../../config/tiling.js';
import type { Picture, PictureSource } from '../../data/picture.js';
import { closePicture } from '../../data/stored-picture.js';
import { InterruptedError } from '../../errors.js';
import { autoBatchSize } from '../../inference/auto-batch-size.js';
import type { AnomalyMap, Engine } from '../../inference/engine.js';
import {
  fitImageThreshold,
  thresholdWarnings,
  type ImageThreshold,
} from '../../inference/thresholds/image-threshold.js';
import type { PixelCalibration } from '../../inference/thresholds/pixel-calibration.js';
import { pixelHash, setHash } from '../../inference/pixel-hash.js';
import { walkPictures } from '../../inference/walk.js';
import type { Progress } from '../../runtime/progress.js';

/** What a batch may take in the model, roughly. */
const BATCH_BYTES = 2 ** 29;

export interface Calibration {
  readonly image: ImageThreshold;
  /** Scores in the order of the pictures. */
  readonly scores: readonly number[];
  /** sha256 over the decoded pixels of each picture. */
  readonly hashes: readonly string[];
  /** null for a model without maps */
  readonly pixel: PixelThresholdProvenance | null;
}

/** How the image threshold is read, and from which pictures. */
export interface CalibrationContext {
  readonly rule: Omit<CalibrationConfig, 'holdout_fraction'>;
  readonly contamination: number | null;
  readonly split: 'held_out' | 'val' | 'given';
  /** `adaptation.tiling`, by which the engine works. */
  readonly tiling?: Tiling | null;
  readonly hasMaps: boolean;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

/**
 * Reads the image and the pixel threshold from normal pictures that were not fitted on, through the engine itself.
 *
 * @param pixels borrowed
 */
export async function calibrate(
  engine: Engine,
  sources: readonly PictureSource[],
  pixels: PixelCalibration,
  { rule, contamination, split, tiling, ...context }: CalibrationContext,
): Promise<Calibration> {
  const { scores, hashes } = await scorePictures(engine, sources, context, (map) => pixels.add(map));
  const calibrationSha256 = setHash(hashes);
  const tiles = tiling?.tile_size ? { tiling } : {};
  const fitted = fitImageThreshold({ scores, split, rule, contamination, calibrationSha256 });
  const image = { ...fitted, provenance: { ...fitted.provenance, ...tiles } };
  thresholdWarnings(image.provenance).forEach((line) => context.progress.warn(line));
  const pixel = await pixels.result();
  const known = pixel === null || pixel.method === 'fixed' ? {} : { calibration_sha256: calibrationSha256, ...tiles };
  return { image, scores, hashes, pixel: pixel && { ...pixel, ...known } };
}

/** The scores of pictures and what they hold, in their order; any picture that fails ends it. */
export async function scorePictures(
  engine: Engine,
  sources: readonly PictureSource[],
  { hasMaps, progress, signal }: Pick<CalibrationContext, 'hasMaps' | 'progress' | 'signal'>,
  onMap: (map: AnomalyMap) => Promise<void> = async () => {},
): Promise<{ readonly scores: number[]; readonly hashes: string[] }> {
  const scores: number[] = [];
  const hashes: string[] = [];
  progress.start('calibrating', sources.length);
  const check = () => {
    if (signal?.aborted === true) throw new InterruptedError('the calibration was stopped before it was done');
  };
  const batchSize = (first: Size) => autoBatchSize(engine.inputSize(first), BATCH_BYTES);
  const walk = walkPictures(engine, sources, { map: hasMaps, defects: null, batchSize, check });
  for await (const { picture, outcome } of walk) {
    if ('error' in outcome) throw outcome.error;
    const { score, map } = outcome.inspected;
    scores.push(score);
    hashes.push(pixelHash(picture as Picture));
    closePicture(picture);
    if (map !== null) await onMap(map);
    progress.update(scores.length);
  }
  progress.stop();
  return { scores, hashes };
}
