import { AugmentRule } from '../../config/augment-rule.js';
import { decode } from '../../config/codec.js';
import { augment } from '../../ops/augment/augment.js';
import { perlinMask } from '../../ops/perlin-mask.js';
import { proceduralTexture } from '../../ops/procedural-texture.js';
import type { Random } from '../../runtime/random.js';
import { tf, type Tensor, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';

export interface AnomalyRule {
  /** Of the pictures in a step; the others stay good. */
  readonly share: number;
  /** Of the anomalies made of the pictures themselves, with their blocks shuffled; the others are textures. */
  readonly ownShare: number;
  /** Draws how much of the picture still shows through. */
  through(random: Random): number;
}

/** How textures that are given are varied. */
const VARIED = decode(
  AugmentRule,
  { flip_horizontal: 0.5, flip_vertical: 0.5, rotate: 45, contrast: 0.5, brightness: 0.2, gamma: 1 },
  'textures',
);

/** Along each side of a picture. */
const BLOCKS = 8;

/**
 * What anomalies of a step are made of, drawn from `random`: masks of Perlin noise, textures, and how much shows through.
 *
 * @param shape of the pictures
 * @param given pictures of textures, `[m, h, w, 3]`, 0..255, borrowed; null = textures are made up
 * @returns masks `[n, h, w, 1]`, textures `[n, h, w, 3]` from 0 to 1, shares of the picture `[n, 1, 1, 1]`, 1 where its own blocks are the texture
 *   `[n, 1, 1, 1]`, and the order of the blocks `[blocks, blocks]`; owned by the caller
 */
export function drawAnomalies(
  [n, h, w]: Tensor4D['shape'],
  rule: AnomalyRule,
  random: Random,
  given: Tensor4D | null = null,
): Tensor[] {
  const masks = new Float32Array(n * h * w);
  const textures = new Float32Array(n * h * w * 3);
  const [through, own] = [new Float32Array(n), new Float32Array(n)];
  for (let i = 0; i < n; i++) {
    if (random.uniform() >= rule.share) continue;
    // at few and large cells a mask can be empty
    for (let attempt = 0; attempt < 10; attempt++) {
      const mask = perlinMask(random, h, w);
      masks.set(mask, i * h * w);
      if (mask.includes(1)) break;
    }
    through[i] = rule.through(random);
    own[i] = random.uniform() < rule.ownShare ? 1 : 0;
    if (own[i] === 0 && given === null) textures.set(proceduralTexture(random, h, w), i * h * w * 3);
  }
  const [rows, columns] = blocksOf(h, w);
  const order = random.shuffled(Array.from({ length: rows * columns }, (_, i) => i));
  const permutation = new Float32Array(order.length ** 2);
  order.forEach((from, to) => (permutation[to * order.length + from] = 1));
  return [
    tf.tensor4d(masks, [n, h, w, 1]),
    given === null ? tf.tensor4d(textures, [n, h, w, 3]) : variedTextures(given, n, random),
    tf.tensor4d(through, [n, 1, 1, 1]),
    tf.tensor4d(own, [n, 1, 1, 1]),
    tf.tensor2d(permutation, [order.length, order.length]),
  ];
}

/** As many textures as pictures, from 0 to 1. */
function variedTextures(given: Tensor4D, n: number, random: Random): Tensor4D {
  return tf.tidy(() => {
    const rows = Array.from({ length: n }, (_, i) => i % given.shape[0]);
    return augment(tf.gather(given, tf.tensor1d(rows, 'int32')), VARIED, random).div(255);
  });
}

/**
 * Lays anomalies over pictures.
 *
 * @param x `[n, h, w, 3]`, values from 0 to 1, borrowed
 * @param drawn what `drawAnomalies` gave, borrowed
 * @returns `[n, h, w, 3]`, owned by the caller
 */
export function withAnomalies(x: Tensor4D, drawn: readonly Tensor[]): Tensor4D {
  return tf.tidy(() => {
    const [masks, textures, through, own, permutation] = drawn;
    const source = own.mul(shuffledBlocks(x, permutation as Tensor2D)).add(tf.sub(1, own).mul(textures));
    const anomaly = through.mul(x).add(tf.sub(1, through).mul(source));
    return x.mul(tf.sub(1, masks)).add(anomaly.mul(masks)) as Tensor4D;
  });
}

function shuffledBlocks(x: Tensor4D, permutation: Tensor2D): Tensor4D {
  const [n, h, w, c] = x.shape;
  const [rows, columns] = blocksOf(h, w);
  const [bh, bw] = [h / rows, w / columns];
  const blocks = x.reshape([n * rows, bh, columns, bw * c]).transpose([0, 2, 1, 3]);
  const shuffled = tf.matMul(
    permutation,
    blocks
      .reshape([n, rows * columns, bh * bw * c])
      .transpose([1, 0, 2])
      .reshape([rows * columns, n * bh * bw * c]) as Tensor2D,
  );
  const back = shuffled.reshape([rows * columns, n, bh * bw * c]).transpose([1, 0, 2]);
  return back
    .reshape([n * rows, columns, bh, bw * c])
    .transpose([0, 2, 1, 3])
    .reshape([n, h, w, c]) as Tensor4D;
}

/** As many as divide the sides, up to `BLOCKS`. */
function blocksOf(h: number, w: number): [number, number] {
  const most = (side: number) => {
    let blocks = BLOCKS;
    while (side % blocks !== 0) blocks--;
    return blocks;
  };
  return [most(h), most(w)];
}
