import { tf, type Tensor4D } from '../../runtime/tf.js';
import { Convolution, convolutionParameters, type ConvolutionRule } from './convolution.js';
import type { Tap } from './extractor.js';
import type { LoadedNetwork, Network } from './network.js';

/** A part of a network that is fed by the part before it alone. */
export interface Part {
  /** Of the tap at its end; without one, no features are taken here. */
  readonly tap?: string;
  readonly stride: number;
  readonly channels: number;
  readonly convolutions: readonly ConvolutionRule[];
  /** @param convolutions in the order of the rules */
  run(x: Tensor4D, convolutions: readonly Convolution[]): Tensor4D;
}

/** A part that is one convolution. */
export function convolutionPart(rule: ConvolutionRule, tap?: string): Part {
  const { stride = 1, to } = rule;
  return { tap, stride, channels: to, convolutions: [rule], run: (x, [convolution]) => convolution.apply(x) };
}

/**
 * A network of parts in a row.
 *
 * @param dropped tensors of the checkpoint that belong to none of the parts
 */
export function chain(parts: readonly Part[], dropped: RegExp): Network {
  const taps: Tap[] = [];
  let stride = 1;
  for (const part of parts) {
    stride *= part.stride;
    if (part.tap !== undefined) taps.push({ name: part.tap, stride, channels: part.channels });
  }
  return {
    taps,
    parameters: parts.flatMap((part) => part.convolutions.flatMap(convolutionParameters)),
    dropped,
    // The zeros reach farther, but their visible part is gone after two features.
    margin: 2,
    load: (values, layers) => {
      const ends = layers.map((layer) => parts.findIndex((part) => part.tap === layer));
      const needed = parts.slice(0, Math.max(...ends) + 1);
      const loaded = needed.map((part) => part.convolutions.map((rule) => new Convolution(rule, values)));
      return new LoadedChain(needed, loaded, ends);
    },
  };
}

class LoadedChain implements LoadedNetwork {
  constructor(
    private readonly parts: readonly Part[],
    private readonly loaded: readonly (readonly Convolution[])[],
    /** The parts whose results are wanted. */
    private readonly ends: readonly number[],
  ) {}

  apply(x: Tensor4D): Tensor4D[] {
    const results: Tensor4D[] = [];
    for (const [i, part] of this.parts.entries()) {
      const input = results[i - 1] ?? x;
      results.push(tf.tidy(() => part.run(input, this.loaded[i])));
      // A large picture's features are freed as soon as they were used.
      if (i > 0 && !this.ends.includes(i - 1)) input.dispose();
    }
    return this.ends.map((end) => results[end]);
  }

  dispose(): void {
    for (const convolution of this.loaded.flat()) convolution.dispose();
  }
}
