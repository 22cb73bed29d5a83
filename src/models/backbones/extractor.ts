import type { Precision } from '../../runtime/compile/precision.js';
import type { Tensor4D } from '../../runtime/tf.js';

/** A place where features are taken. */
export interface Tap {
  readonly name: string;
  /** Pixels of the input that lie between two neighbouring features. */
  readonly stride: number;
  readonly channels: number;
}

/** Turns pictures into features; a fixed function that is never fitted. */
export interface FeatureExtractor {
  /** In the order in which `extract` gives them. */
  readonly taps: readonly Tap[];
  /** Both sides of the input must be multiples of this. */
  readonly multiple: number;
  /** Pixels by which a picture should be mirrored outwards, a multiple of `multiple`: less, and the padding of the filters shows. */
  readonly context: number;
  /** In what a graph around `extract` is to run; absent = float32. bfloat16 was tried on this machine. */
  readonly precision?: Precision;
  /**
   * Reads nothing back, so that it can be part of a recorded graph.
   *
   * @param x `[n, h, w, 3]` RGB, float32, 0..255, borrowed
   * @returns one `[n, h / stride, w / stride, channels]` a tap, owned by the caller
   */
  extract(x: Tensor4D): Tensor4D[];
  dispose(): void;
}
