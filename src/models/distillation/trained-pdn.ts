import { avgPool } from '../../ops/pool.js';
import { PDN_LAYERS } from '../backbones/pdn-layers.js';
import { convolution } from '../nets/convolution.js';
import { plain, type Module } from '../nets/module.js';
import { rectified } from '../nets/rectified.js';
import { sequence } from '../nets/sequence.js';

export interface TrainedPdnRule {
  /** Prefix of the names of its tensors. */
  readonly name: string;
  readonly size: keyof typeof PDN_LAYERS;
  /** The share of the published channels that the inner layers have. */
  readonly width: number;
  /** Channels of the result; 384 in the published teacher. */
  readonly to: number;
}

/**
 * A patch description network that is trained (Batzner et al., WACV 2024): `[n, h, w, 3]`, normalised as pictures of ImageNet are, to
 * `[n, h / 4, w / 4, to]`.
 */
export function trainedPdn({ name, size, width, to }: TrainedPdnRule): Module {
  const layers = PDN_LAYERS[size];
  const parts: Module[] = [];
  let from = 3;
  for (const [i, layer] of layers.entries()) {
    if (layer === 'pool') {
      parts.push(plain((x) => avgPool(x, { size: 2, stride: 2, pad: 1 })));
      continue;
    }
    const [channels, side, pad] = layer;
    // The last layers have the channels of the result, of which there are two in the larger network.
    const wide = channels === layers[layers.length - 1][0] ? to : Math.max(1, Math.round(width * channels));
    parts.push(convolution({ name: `${name}.${i}`, from, to: wide, size: side, pad, start: 'torch' }));
    if (i < layers.length - 1) parts.push(rectified);
    from = wide;
  }
  return sequence(parts);
}
