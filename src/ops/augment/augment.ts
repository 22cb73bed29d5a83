import type { AugmentRule } from '../../config/augment-rule.js';
import type { Random } from '../../runtime/random.js';
import { tf, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';
import { gaussianKernel } from '../gaussian-kernel.js';
import { blur } from './blur.js';
import { flip } from './flip.js';
import { quarterTurns } from './quarter-turns.js';
import { changeTone } from './tone.js';
import { warp } from './warp.js';

/** Channels that are colours; what follows them, such as a mask, moves along and keeps its values. */
const COLORS = 3;
/** Standard deviations at which the blur is cut. */
const REACH = 3;

/**
 * Varies pictures by a rule. All that is random is drawn on the host, so that the same seed gives the same pictures on every machine; the
 * pixels stay on the device.
 *
 * @param x `[n, h, w, c]`, 0..255 in the first three channels, borrowed
 * @returns of the shape of `x`, owned by the caller
 */
export function augment(x: Tensor4D, rule: AugmentRule, random: Random): Tensor4D {
  return tf.tidy(() => {
    const moved = move(x, rule, random);
    const [, , , c] = moved.shape;
    if (c <= COLORS) return coloured(moved, rule, random);
    const [colors, others] = tf.split(moved, [COLORS, c - COLORS], 3) as Tensor4D[];
    return tf.concat([coloured(colors, rule, random), others], 3);
  });
}

function move(x: Tensor4D, rule: AugmentRule, random: Random): Tensor4D {
  const [n, h, w] = x.shape;
  let y = x.clone() as Tensor4D;
  const chosen = (share: number) => each(n, () => (random.uniform() < share ? 1 : 0));
  if (rule.flip_horizontal > 0) y = flip(y, chosen(rule.flip_horizontal), 2);
  if (rule.flip_vertical > 0) y = flip(y, chosen(rule.flip_vertical), 1);
  if (rule.quarter_turns) {
    const turns = Array.from({ length: n }, () => (h === w ? random.below(4) : 2 * random.below(2)));
    const columns = turns.map((turn) => [0, 1, 2, 3].map((k) => (k === turn ? 1 : 0)));
    y = quarterTurns(y, tf.tensor2d(columns));
  }
  if (rule.rotate > 0 || rule.scale > 0 || rule.shift > 0) {
    const maps = Array.from({ length: n }, () => drawMap(rule, h, w, random));
    y = warp(y, tf.tensor2d(maps));
  }
  return y;
}

/** As `warp` has it: from where each pixel is taken. */
function drawMap({ rotate, scale, shift }: AugmentRule, h: number, w: number, random: Random): number[] {
  const angle = (random.uniform(-rotate, rotate) * Math.PI) / 180;
  const size = random.uniform(1 - scale, 1 + scale);
  const [right, down] = [random.uniform(-shift, shift) * w, random.uniform(-shift, shift) * h];
  const [cos, sin] = [Math.cos(angle) / size, Math.sin(angle) / size];
  return [cos, -sin, -(cos * right - sin * down), sin, cos, -(sin * right + cos * down)];
}

function coloured(x: Tensor4D, rule: AugmentRule, random: Random): Tensor4D {
  const [n, h, w] = x.shape;
  const { gamma, contrast, brightness } = rule;
  const drawn = (most: number, draw: () => number) => (most > 0 ? each(n, draw) : null);
  const tone = {
    gamma: drawn(gamma, () => (1 + gamma) ** random.uniform(-1, 1)),
    contrast: drawn(contrast, () => random.uniform(1 - contrast, 1 + contrast)),
    brightness: drawn(brightness, () => 255 * random.uniform(-brightness, brightness)),
  };
  let y = changeTone(x, tone);
  if (rule.blur > 0) {
    const radius = Math.min(Math.ceil(REACH * rule.blur), h - 1, w - 1);
    const rows = Array.from({ length: n }, () => kernel(random.uniform(0, rule.blur), radius));
    y = blur(y, tf.tensor2d(rows, [n, 2 * radius + 1]));
  }
  if (rule.noise > 0) y = tf.clipByValue(y.add(drawNoise(x.shape, rule.noise, random)), 0, 255) as Tensor4D;
  return y;
}

/** A sampled Gaussian in the middle of `2 radius + 1` weights. */
function kernel(sigma: number, radius: number): number[] {
  const row = new Array<number>(2 * radius + 1).fill(0);
  row[radius] = 1;
  if (radius === 0 || sigma < 0.1) return row;
  const weights = gaussianKernel(sigma, radius / sigma);
  return Array.from(weights);
}

function drawNoise(shape: Tensor4D['shape'], most: number, random: Random): Tensor4D {
  const [n, h, w, c] = shape;
  const size = h * w * c;
  const values = new Float32Array(n * size);
  for (let i = 0; i < n; i++) {
    const deviation = random.uniform(0, most);
    for (let k = 0; k < size; k++) values[i * size + k] = deviation * random.normal();
  }
  return tf.tensor4d(values, shape);
}

function each(n: number, draw: () => number): Tensor1D {
  return tf.tensor1d(Array.from({ length: n }, draw));
}
