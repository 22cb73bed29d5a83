import type { Tensor4D } from '../../runtime/tf.js';
import type { Parameter, ParameterValues } from '../weights/match-parameters.js';
import type { Tap } from './extractor.js';

/** A network as data: what it reads from a checkpoint, where features can be taken, and how it is made. */
export interface Network {
  /** From the input to the output. */
  readonly taps: readonly Tap[];
  readonly parameters: readonly Parameter[];
  /** Tensors of the checkpoint that features do not need: the classifier, counters of the training. */
  readonly dropped: RegExp;
  /** Features of the coarsest tap by which a picture should be mirrored outwards, so that zero padding does not show. */
  readonly margin: number;
  /**
   * Takes the parameters as far as the deepest of `layers` needs them.
   *
   * @param layers names of taps
   */
  load(values: ParameterValues, layers: readonly string[]): LoadedNetwork;
}

/** A network on the device, cut after the deepest tap. */
export interface LoadedNetwork {
  /**
   * A plain tfjs function that reads nothing back.
   *
   * @param x `[n, h, w, 3]`, normalised as in training, borrowed
   * @returns one `[n, h / stride, w / stride, channels]` a layer that was asked for, owned by the caller
   */
  apply(x: Tensor4D): Tensor4D[];
  dispose(): void;
}
