import type { Random } from '../../runtime/random.js';
import { tf, type Tensor, type Tensor4D } from '../../runtime/tf.js';
import { activate } from '../backbones/activation.js';
import { dense } from '../nets/dense.js';
import { dropoutMask } from '../nets/dropout-mask.js';
import { layerNorm } from '../nets/layer-norm.js';
import { plain, type Module, type Pass, type Start } from '../nets/module.js';
import { sequence } from '../nets/sequence.js';
import { constant, truncatedNormal } from '../nets/starts.js';
import { linearAttention } from './linear-attention.js';

export interface DinomalyRule {
  /** Channels of the encoder. */
  readonly width: number;
  readonly layers: number;
  readonly heads: number;
  /** Into how many groups the layers of the decoder are put; at most as many as there are. */
  readonly groups: number;
  /** The share of values that the bottleneck drops. */
  readonly dropout: number;
}

/** The bottleneck and the decoder of Dinomaly. */
export interface DinomalyNetwork {
  readonly trained: readonly Start[];
  /** What the bottleneck drops of features of a shape, owned by the caller. */
  draw(shape: Tensor4D['shape'], random: Random): Tensor4D[];
  /**
   * @param x the mean of the encoder's layers, `[n, h, w, width]`, borrowed
   * @param masks of `draw`, borrowed; null = nothing is dropped
   * @returns a mean of layers for every group of the encoder's, from early to deep, of the shape of `x`, owned by the caller
   */
  apply(x: Tensor4D, pass: Pass, masks: readonly Tensor[] | null): Tensor4D[];
}

/** The hidden layers of transformers are so many times as wide. */
const WIDENING = 4;
const EPSILON = 1e-8;

/** A noisy bottleneck, transformer layers with linear attention, and loose groups of their results (Guo et al., CVPR 2025). */
export function dinomalyNetwork({ width, layers, heads, groups, dropout }: DinomalyRule): DinomalyNetwork {
  const hidden = WIDENING * width;
  const into = linear('bottleneck.fc1', width, hidden);
  const out = linear('bottleneck.fc2', hidden, width);
  const decoder = Array.from({ length: layers }, (_, i) => decoderLayer(`decoder.${i}`, width, heads));
  return {
    trained: [into, out, ...decoder.flat()].flatMap((module) => module.trained),
    draw: ([n, h, w], random) =>
      [width, hidden, width].map((channels) => dropoutMask(random, [n, h, w, channels], dropout)),
    apply: (x, pass, masks) =>
      tf.tidy(() => {
        const dropped = (y: Tensor4D, k: number) => (masks === null ? y : y.mul<Tensor4D>(masks[k]));
        const inside = activate(into.apply(dropped(x, 0), pass), 'gelu');
        let y = dropped(out.apply(dropped(inside, 1), pass), 2);
        const results = decoder.map(([attend, feed]) => {
          y = y.add(attend.apply(y, pass));
          y = y.add(feed.apply(y, pass));
          return y;
        });
        // The last layer of the decoder stands for the first of the encoder.
        return groupMeans(results.reverse(), groups);
      }),
  };
}

/**
 * Means of layers that follow each other.
 *
 * @param layers of one shape, borrowed
 * @param groups at most as many as there are layers
 * @returns owned by the caller
 */
export function groupMeans(layers: readonly Tensor4D[], groups: number): Tensor4D[] {
  return Array.from({ length: groups }, (_, g) => {
    const [from, to] = [g, g + 1].map((k) => Math.round((k * layers.length) / groups));
    return tf.tidy(() => tf.addN(layers.slice(from, to)).div<Tensor4D>(to - from));
  });
}

/** What is added to the tokens, twice: attention, and a feed-forward network. */
function decoderLayer(name: string, width: number, heads: number): [attend: Module, feed: Module] {
  const hidden = WIDENING * width;
  const joint = linear(`${name}.attn.qkv`, width, 3 * width);
  const project = linear(`${name}.attn.proj`, width, width);
  return [
    sequence([layerNorm(`${name}.norm1`, width, EPSILON), linearAttention(joint, project, heads)]),
    sequence([
      layerNorm(`${name}.norm2`, width, EPSILON),
      linear(`${name}.mlp.fc1`, width, hidden),
      plain((x) => activate(x, 'gelu')),
      linear(`${name}.mlp.fc2`, hidden, width),
    ]),
  ];
}

function linear(name: string, from: number, to: number): Module {
  return dense(name, from, to, {
    start: (kind, key, shape) =>
      kind === 'weight' ? truncatedNormal(key, shape, 0.01, 0.03) : constant(key, shape, 0),
  });
}
