import type { Size } from '../../config/size.js';
import { resample } from '../../ops/resample.js';
import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { Tap } from '../backbones/extractor.js';
import { convolution } from '../nets/convolution.js';
import type { Module, Pass, Start } from '../nets/module.js';
import { normedConvolution, twoNormedConvolutions } from '../nets/normed-convolution.js';
import { sequence } from '../nets/sequence.js';
import { coordinateAttention } from './coordinate-attention.js';
import type { Compared } from './picture-memory.js';

export interface MemsegNetwork {
  readonly trained: readonly Start[];
  readonly statistics: readonly Start[];
  /**
   * @param seen a layer each, from fine to coarse, borrowed
   * @param size of the pictures
   * @returns logits `[n, height, width, 1]`, owned by the caller
   */
  apply(seen: readonly Compared[], size: Size, pass: Pass): Tensor4D;
}

/** Channels of the last steps up to the picture are at least so many. */
const LEAST = 8;

/**
 * The network of MemSeg (Yang, Wu and Feng 2023) behind a fixed backbone: multi-scale fusion of features and differences with coordinate
 * attention, weighed by the differences themselves, and the way up of a U-Net.
 *
 * @param taps from fine to coarse
 * @param channels of the finest level; they double from level to level
 */
export function memsegNetwork(taps: readonly Tap[], channels: number): MemsegNetwork {
  const widths = taps.map((_, level) => channels * 2 ** level);
  const deepest = taps.length - 1;
  const blocks = taps.map((tap, i) => fusionBlock(`fusion.${i}`, 2 * tap.channels, widths[i]));
  const bridges = widths.slice(1).map((from, i) => convolution({ name: `bridge.${i}`, from, to: widths[i], size: 3 }));
  const bottom = sequence([
    normedConvolution('bottom.0', 2 * taps[deepest].channels, 2 * widths[deepest], 2),
    normedConvolution('bottom.1', 2 * widths[deepest], 2 * widths[deepest]),
  ]);
  const rises = widths.map((to, i) => normedConvolution(`rise.${i}`, 2 * to, to));
  const joins = widths.map((to, i) => twoNormedConvolutions(`join.${i}`, 2 * to, to));
  const steps = Math.round(Math.log2(taps[0].stride));
  const narrow = Array.from({ length: steps + 1 }, (_, i) => Math.max(LEAST, Math.round(channels / 2 ** i)));
  const finer = narrow.slice(1).map((to, i) => normedConvolution(`finer.${i}`, i === 0 ? channels : narrow[i], to));
  const out = convolution({
    name: 'out',
    from: steps === 0 ? channels : narrow[steps],
    to: 1,
    size: 3,
    start: 'torch',
  });
  const modules = [...blocks.flatMap(({ parts }) => parts), ...bridges, bottom, ...rises, ...joins, ...finer, out];
  return {
    trained: modules.flatMap((module) => module.trained),
    statistics: modules.flatMap((module) => module.statistics),
    apply: (seen, size, pass) =>
      tf.tidy(() => {
        const joined = seen.map(({ features, difference }) => tf.concat([features, difference], 3));
        const fused = joined.map((x, i) => blocks[i].apply(x, pass));
        const weights = seen.map(({ difference }) => difference.mean<Tensor4D>(3, true));
        for (let i = deepest - 1; i >= 0; i--) {
          fused[i] = fused[i].add(bridges[i].apply(onto(fused[i + 1], fused[i]), pass));
          weights[i] = weights[i].mul(onto(weights[i + 1], weights[i]));
        }
        let y = bottom.apply(joined[deepest], pass);
        for (let i = deepest; i >= 0; i--) {
          const across = fused[i].mul<Tensor4D>(weights[i]);
          y = joins[i].apply(tf.concat([across, rises[i].apply(onto(y, across), pass)], 3), pass);
        }
        for (const [i, step] of finer.entries()) {
          const grid = (side: number) => Math.round(side / 2 ** (steps - 1 - i));
          y = step.apply(enlarged(y, { height: grid(size.height), width: grid(size.width) }), pass);
        }
        return out.apply(y, pass);
      }),
  };
}

/** Features and differences of one level, joined: convolution, attention, and half the channels. */
function fusionBlock(name: string, from: number, to: number): { parts: Module[]; apply: Module['apply'] } {
  const into = normedConvolution(`${name}.into`, from, 2 * to);
  const attention = coordinateAttention(`${name}.attention`, 2 * to);
  const half = twoNormedConvolutions(`${name}.half`, 2 * to, to);
  return {
    parts: [into, attention, half],
    apply: (x, pass) =>
      tf.tidy(() => {
        const inside = into.apply(x, pass);
        return half.apply(inside.mul(attention.apply(inside, pass)), pass);
      }),
  };
}

function onto(x: Tensor4D, other: Tensor4D): Tensor4D {
  const [, height, width] = other.shape;
  return enlarged(x, { height, width });
}

function enlarged(x: Tensor4D, size: Size): Tensor4D {
  return resample(x, size, { interpolation: 'bilinear' });
}
