import type { Picture } from '../data/picture.js';
import type { Tensor2D } from '../runtime/tf.js';

/** What one picture gave, still on the device. */
export interface PictureScore {
  /** higher = more anomalous; not checked for being finite */
  readonly score: number;
  /** `[picture.height, picture.width]`, owned by the caller; null when no map was asked for or the model has none */
  readonly map: Tensor2D | null;
}

export interface ScoreRequest {
  /** Give the map of every picture, in the picture's own size. */
  readonly maps: boolean;
}

/**
 * Turns decoded pictures into scores and maps of the pictures' own sizes: whole pictures, or pictures tile by tile. What a picture
 * gives does not depend on the pictures beside it.
 */
export interface PictureScorer {
  /**
   * @param pictures of any sizes; those of one model input shape are scored together, as many at a time as the scorer was made for
   * @returns in the order of the pictures
   */
  score(pictures: readonly Picture[], request: ScoreRequest): Promise<PictureScore[]>;
}
