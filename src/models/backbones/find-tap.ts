import { suggestion } from '../../config/codec.js';
import { ConfigError } from '../../errors.js';
import type { Tap } from './extractor.js';

/**
 * The tap of a network by its name.
 *
 * @param id of the weights, for the message
 * @throws ConfigError with the closest name and all of them
 */
export function findTap(id: string, taps: readonly Tap[], layer: string): Tap {
  const tap = taps.find((candidate) => candidate.name === layer);
  if (tap !== undefined) return tap;
  const names = taps.map((candidate) => candidate.name);
  throw new ConfigError(
    `backbone.layers: weights "${id}" have no tap "${layer}"${suggestion(layer, names)}; the taps are: ${names.join(', ')}`,
  );
}
