import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { AugmentRule } from '../../../src/config/augment-rule.js';
import { augment } from '../../../src/ops/augment/augment.js';
import { blur } from '../../../src/ops/augment/blur.js';
import { flip } from '../../../src/ops/augment/flip.js';
import { quarterTurns } from '../../../src/ops/augment/quarter-turns.js';
import { changeTone } from '../../../src/ops/augment/tone.js';
import { warp } from '../../../src/ops/augment/warp.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { worst } from '../../support/worst.js';

/** The value of a picture's pixel; what follows compares with plain loops over it. */
const value = (n: number, y: number, x: number, c: number) => 40 + ((97 * n + 31 * y + 17 * x * x + 7 * c) % 180);

type At = (n: number, y: number, x: number, c: number) => number;

function pictures(n: number, h: number, w: number, c = 3): Tensor4D {
  return tf.tensor4d(values(value, [n, h, w, c]), [n, h, w, c]);
}

function values(at: At, [n, h, w, c]: readonly number[]): Float32Array {
  return Float32Array.from({ length: n * h * w * c }, (_, i) => {
    const [k, y, x] = [Math.floor(i / (h * w * c)), Math.floor(i / (w * c)) % h, Math.floor(i / c) % w];
    return at(k, y, x, i % c);
  });
}

const mirror = (i: number, length: number): number =>
  i < 0 ? mirror(-i, length) : i >= length ? mirror(2 * (length - 1) - i, length) : i;

const rule = (keys: object) => decode(AugmentRule, keys, 'augment');

onEveryBackend('augmentation', () => {
  async function expectValues(got: Tensor4D, wanted: At, tolerance = 1e-5): Promise<void> {
    expect(worst(await got.data(), Array.from(values(wanted, got.shape)))).to.be.at.most(tolerance);
    got.dispose();
  }

  it(
    'flips and turns those that are chosen, exactly',
    leavesNoTensors(async () => {
      const [x, chosen] = [pictures(2, 4, 5), tf.tensor1d([0, 1])];
      await expectValues(flip(x, chosen, 2), (n, y, i, c) => value(n, y, n === 1 ? 4 - i : i, c), 0);
      await expectValues(flip(x, chosen, 1), (n, y, i, c) => value(n, n === 1 ? 3 - y : y, i, c), 0);
      const [square, turns] = [pictures(4, 3, 3), tf.eye(4)];
      const turned: Record<number, [number, number]> = { 0: [1, 0], 1: [0, 1], 2: [-1, 0], 3: [0, -1] };
      await expectValues(
        quarterTurns(square, turns),
        (n, y, i, c) => {
          const [cos, sin] = turned[n];
          const [across, down] = [i - 1, y - 1];
          return value(n, 1 + sin * across + cos * down, 1 + cos * across - sin * down, c);
        },
        0,
      );
      const half = tf.tensor2d([
        [1, 0, 0, 0],
        [0, 0, 1, 0],
      ]);
      await expectValues(
        quarterTurns(x, half),
        (n, y, i, c) => (n === 0 ? value(n, y, i, c) : value(n, 3 - y, 4 - i, c)),
        0,
      );
      tf.dispose([x, chosen, square, turns, half]);
    }),
  );

  it(
    'warps as bilinear sampling pixel by pixel does, mirrored beyond the edge',
    leavesNoTensors(async () => {
      const [h, w] = [6, 7];
      const x = pictures(2, h, w);
      const rows = [
        [0.9, -0.3, 1.4, 0.2, 1.1, -5.5],
        [1, 0, -2, 0, 1, 3],
      ];
      const maps = tf.tensor2d(rows);
      await expectValues(warp(x, maps), (n, y, i, c) => {
        const [a, b, e, d, f, g] = rows[n];
        const [across, down] = [i - (w - 1) / 2, y - (h - 1) / 2];
        const [fromX, fromY] = [a * across + b * down + e + (w - 1) / 2, d * across + f * down + g + (h - 1) / 2];
        const [left, top] = [Math.floor(fromX), Math.floor(fromY)];
        const [right, below] = [fromX - left, fromY - top];
        const at = (dy: number, dx: number) => value(n, mirror(top + dy, h), mirror(left + dx, w), c);
        const upper = (1 - right) * at(0, 0) + right * at(0, 1);
        return (1 - below) * upper + below * ((1 - right) * at(1, 0) + right * at(1, 1));
      });
      tf.dispose([x, maps]);
    }),
  );

  it(
    'changes gamma, contrast and brightness of every picture by its own numbers',
    leavesNoTensors(async () => {
      const x = pictures(2, 3, 4);
      const [gamma, contrast, brightness] = [
        [1.5, 0.8],
        [0.5, 1.3],
        [20, -60],
      ].map((pair) => tf.tensor1d(pair));
      const cut = (v: number) => Math.min(255, Math.max(0, v));
      const bent = (n: number, v: number) => 255 * (v / 255) ** [1.5, 0.8][n];
      const mean = [0, 1].map((k) => {
        const all = Array.from(values((_, y, i, c) => bent(k, value(k, y, i, c)), [1, 3, 4, 3]));
        return all.reduce((a, b) => a + b, 0) / all.length;
      });
      await expectValues(changeTone(x, { gamma, contrast, brightness }), (n, y, i, c) => {
        const contrasted = cut(mean[n] + [0.5, 1.3][n] * (bent(n, value(n, y, i, c)) - mean[n]));
        return cut(contrasted + [20, -60][n]);
      });
      await expectValues(changeTone(x, { gamma: null, contrast: null, brightness: null }), value, 0);
      tf.dispose([x, gamma, contrast, brightness]);
    }),
  );

  it(
    'blurs every picture by its own weights',
    leavesNoTensors(async () => {
      const rows = [
        [0, 1, 0],
        [0.25, 0.5, 0.25],
      ];
      const [x, weights] = [pictures(2, 4, 5), tf.tensor2d(rows)];
      await expectValues(blur(x, weights), (n, y, i, c) => {
        let sum = 0;
        for (const dy of [-1, 0, 1])
          for (const dx of [-1, 0, 1])
            sum += rows[n][dy + 1] * rows[n][dx + 1] * value(n, mirror(y + dy, 4), mirror(i + dx, 5), c);
        return sum;
      });
      tf.dispose([x, weights]);
    }),
  );

  it(
    'draws what a rule asks for: the same from the same seed, another from another, and nothing where it asks for nothing',
    leavesNoTensors(async () => {
      const x = pictures(3, 8, 8);
      const full = rule({
        ...{ flip_horizontal: 0.5, flip_vertical: 0.5, quarter_turns: true, rotate: 10, scale: 0.1, shift: 0.1 },
        ...{ contrast: 0.3, brightness: 0.2, gamma: 0.4, blur: 1, noise: 8 },
      });
      const read = async (seed: number, keys = full) => {
        const made = augment(x, keys, new Random(seed));
        expect(made.shape).to.deep.equal(x.shape);
        const data = await made.data();
        made.dispose();
        return Array.from(data);
      };
      const first = await read(1);
      expect(await read(1)).to.deep.equal(first);
      expect(await read(2)).to.not.deep.equal(first);
      expect(Math.min(...first)).to.be.at.least(0);
      expect(Math.max(...first)).to.be.at.most(255);
      expect(await read(1, rule({}))).to.deep.equal(Array.from(await x.data()));
      x.dispose();
    }),
  );

  it(
    'moves further channels along, and leaves their values alone',
    leavesNoTensors(async () => {
      const [h, w] = [6, 6];
      const colors = pictures(2, h, w);
      const x = tf.tidy(() => tf.concat([colors, colors.slice([0, 0, 0, 0], [-1, -1, -1, 1])], 3));
      const plain = augment(colors, rule({ flip_horizontal: 0.5, rotate: 20 }), new Random(3));
      const keys = rule({ flip_horizontal: 0.5, rotate: 20, brightness: 0.5, noise: 20 });
      const made = augment(x, keys, new Random(3));
      const [mask, wanted] = tf.tidy(() => [
        made.slice([0, 0, 0, 3], [-1, -1, -1, 1]),
        plain.slice([0, 0, 0, 0], [-1, -1, -1, 1]),
      ]);
      expect(worst(await mask.data(), Array.from(await wanted.data()))).to.be.at.most(1e-6);
      tf.dispose([colors, x, plain, made, mask, wanted]);
    }),
  );
});
