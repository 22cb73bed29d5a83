import type { Tap } from '../backbones/extractor.js';
import { convolution } from '../nets/convolution.js';
import { sequence } from '../nets/sequence.js';
import type { Module } from '../nets/module.js';

/**
 * What brings the channels of a stage to those of a tap: a 1 x 1 convolution, or nothing where they agree.
 *
 * @param name of the convolution
 */
export function head(name: string, { channels }: Tap, from: number): Module {
  return from === channels ? sequence([]) : convolution({ name, from, to: channels, size: 1, start: 'torch' });
}
