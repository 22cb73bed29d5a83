import { convolution } from '../../models/nets/convolution.js';
import { perlinMask } from '../../ops/perlin-mask.js';
import type { Random } from '../../runtime/random.js';
import { tf, type Scalar, type Tensor, type Tensor4D } from '../../runtime/tf.js';
import type { Pretext } from './pretext.js';
import { LAYERS } from './trained-backbone.js';

/** How many times more a defective place counts: they are few. */
const WEIGHT = 4;
/** The lattice of a mask has at least 2^2 cells a side, so that defects are smaller than the crop. */
const SHAPES = { minScale: 2, maxScale: 5 };
/** A defect lets through up to so much of what lies under it. */
const MOST_CLEAR = 0.8;

/**
 * Finding defects that were made up: pieces of other places, or of plain tones, shine through masks of Perlin noise (the anomalies of DRAEM,
 * Zavrtanik et al., ICCV 2021, with the user's own pictures in the place of foreign textures; the task of NSA, Schlüter et al., ECCV 2022).
 * Every layer learns to tell how much of what it sees is defective.
 */
export function madeDefects(): Pretext {
  const heads = LAYERS.map(({ name, channels }) =>
    convolution({ name: `${name}.verdict`, from: channels, to: 1, size: 1, start: 'torch' }),
  );
  return {
    heads,
    draw: (crops, random) => damaged(crops, random),
    loss: ([pixels, masks], see, pass) => {
      const losses = see(pixels as Tensor4D).map((features, i) => {
        const share = tf.avgPool(masks as Tensor4D, LAYERS[i].stride, LAYERS[i].stride, 'valid');
        const logits = heads[i].apply(features, pass);
        // Cross-entropy, written so that it stays finite.
        const entropy = tf.softplus(logits).sub(logits.mul(share));
        return entropy.mul(share.mul(WEIGHT - 1).add(1)).mean() as Scalar;
      });
      return { total: tf.addN(losses), parts: Object.fromEntries(losses.map((loss, i) => [LAYERS[i].name, loss])) };
    },
  };
}

function damaged(crops: Tensor4D, random: Random): Tensor[] {
  const [n, h, w] = crops.shape;
  return tf.tidy(() => {
    const masks: Tensor[] = [];
    const clear: number[] = [];
    for (let i = 0; i < n; i++) {
      masks.push(tf.tensor3d(Float32Array.from(perlinMask(random, h, w, SHAPES)), [h, w, 1]));
      clear.push(random.uniform(0, MOST_CLEAR));
    }
    const mask = tf.stack(masks);
    const through = tf.tensor4d(clear, [n, 1, 1, 1]);
    const defect = crops.mul(through).add(contents(crops, random).mul(tf.sub(1, through)));
    return [crops.mul(tf.sub(1, mask)).add(defect.mul(mask)), mask];
  });
}

/** What defects are made of: another picture, moved and in another light, or a plain tone. */
function contents(crops: Tensor4D, random: Random): Tensor4D {
  const [n, h, w] = crops.shape;
  const [down, right, next] = [random.below(h), random.below(w), random.below(n)];
  const others = turned(turned(turned(crops, 0, next), 1, down), 2, right);
  const gain = Array.from({ length: n }, () => random.uniform(0.5, 1.5));
  const shift = Array.from({ length: n }, () => random.uniform(-60, 60));
  const tone = Array.from({ length: 3 * n }, () => random.uniform(0, 255));
  const isPlain = Array.from({ length: n }, () => (random.uniform() < 0.3 ? 1 : 0));
  const one = (values: number[]) => tf.tensor4d(values, [n, 1, 1, 1]);
  const moved = others.mul(one(gain)).add(one(shift)).clipByValue(0, 255);
  const plain = tf.tensor4d(tone, [n, 1, 1, 3]);
  return moved.mul(tf.sub(1, one(isPlain))).add(plain.mul(one(isPlain))) as Tensor4D;
}

/** What leaves on one side comes back on the other. */
function turned(x: Tensor4D, axis: number, by: number): Tensor4D {
  if (by === 0) return x;
  const [head, tail] = tf.split(x, [by, x.shape[axis] - by], axis);
  return tf.concat([tail, head], axis) as Tensor4D;
}
