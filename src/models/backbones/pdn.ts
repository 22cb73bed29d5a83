import { avgPool } from '../../ops/pool.js';
import { chain, convolutionPart, type Part } from './chain.js';
import type { Network } from './network.js';
import { PDN_LAYERS } from './pdn-layers.js';

/**
 * Names of the tensors: `sequential` counts every module of a torch `Sequential` (`0.weight`, `3.weight` ...), `named` has the
 * convolutions alone (`conv1.weight` ...).
 */
export type PdnNaming = 'sequential' | 'named';

export interface PdnOptions {
  readonly size: 'small' | 'medium';
  readonly naming: PdnNaming;
}

/**
 * The patch description network of EfficientAD (Batzner et al., WACV 2024): a feature every 4 pixels that sees 33 x 33 of them. With the
 * padding of its convolutions, so that the features lie on a grid of the picture. The tap is `features`, the last layer.
 */
export function pdn({ size, naming }: PdnOptions): Network {
  const layers = PDN_LAYERS[size];
  const last = layers.length - 1;
  const parts: Part[] = [];
  let [from, module, convolutions] = [3, 0, 0];
  for (const [i, layer] of layers.entries()) {
    if (layer === 'pool') {
      parts.push(pooling(from));
      module += 1;
      continue;
    }
    const [to, side, pad] = layer;
    const name = naming === 'named' ? `conv${++convolutions}` : String(module);
    const rule = { name, from, to, size: side, pad };
    // Between the padded layers the features are not on a grid of the picture: only the last ones are.
    parts.push(i === last ? convolutionPart(rule, 'features') : convolutionPart({ ...rule, activation: 'relu' }));
    module += 2; // a convolution and its activation
    from = to;
  }
  return chain(parts, /(?!)/);
}

/** In torch's mean the padding counts. */
function pooling(channels: number): Part {
  return { stride: 2, channels, convolutions: [], run: (x) => avgPool(x, { size: 2, stride: 2, pad: 1 }) };
}
