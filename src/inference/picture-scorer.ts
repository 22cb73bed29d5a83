import type { Size } from '../config/size.js';
import type { Picture } from '../data/picture.js';
import type { Window } from '../ops/crop-window.js';
import type { StageClock } from '../runtime/profile/stage-clock.js';
import type { Tensor2D } from '../runtime/tf.js';

/** What one picture gave, still on the device. */
export interface PictureScore {
  /** higher = more anomalous; not checked for being finite */
  readonly score: number;
  /** The part of the picture that the model saw; null = all of it. */
  readonly seen: Window | null;
  /**
   * Makes the map, so that large maps of a batch need not be there at once; call it at most once.
   *
   * @returns `[picture.height, picture.width]`, owned by the caller; null when no map was asked for or the model has none
   */
  map(): Tensor2D | null;
  /** Frees what the map would be made of. */
  dispose(): void;
}

export interface ScoreRequest {
  /** Give the map of every picture, in the picture's own size. */
  readonly maps: boolean;
  /** So many inputs of one shape go through the model together, where there are so many; others go one by one. */
  readonly batchSize: number;
  readonly clock: StageClock;
}

/** What a picture is to the model. */
export interface ModelInputs {
  /** Of one input, before the input rule. */
  readonly size: Size;
  readonly count: number;
}

/**
 * Turns decoded pictures into scores and maps of the pictures' own sizes: whole pictures, or pictures tile by tile. What a picture
 * gives does not depend on the pictures beside it, to the last bit.
 */
export interface PictureScorer {
  /** Reads pictures by regions, so that large ones need not be in memory. */
  readonly byRegion?: boolean;
  /** Absent: every picture is one input. */
  inputs?(picture: Size): ModelInputs;

  /**
   * @param pictures of any sizes
   * @returns in the order of the pictures
   */
  score(pictures: readonly Picture[], request: ScoreRequest): Promise<PictureScore[]>;
}
