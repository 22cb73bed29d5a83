import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { begin, type Values } from '../../../src/models/nets/module.js';
import { disjointMasks } from '../../../src/models/reconstruction/disjoint-masks.js';
import { RiadParams } from '../../../src/models/reconstruction/riad-params.js';
import { riadMethod } from '../../../src/models/reconstruction/riad.js';
import { gradientDissimilarity } from '../../../src/ops/gradient-similarity.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { expectGradients } from '../../support/gradient-check.js';

const wave = (shape: [number, number, number, number], phase: number) =>
  tf.tensor4d(
    Float32Array.from(
      { length: shape.reduce((a, b) => a * b, 1) },
      (_, i) => 0.5 + 0.4 * Math.sin(0.37 * i * i + phase),
    ),
    shape,
  );

/** One scale, pixel by pixel. */
function reference(a: number[][][], b: number[][][]): number[][] {
  const [h, w] = [a.length, a[0].length];
  const mirrored = (i: number, length: number) => (i < 0 ? -i : i >= length ? 2 * length - 2 - i : i);
  const magnitude = (x: number[][][], r: number, c: number) => {
    const at = (dr: number, dc: number) => {
      const pixel = x[mirrored(r + dr, h)][mirrored(c + dc, w)];
      return pixel.reduce((sum, v) => sum + v, 0) / pixel.length;
    };
    let [gx, gy] = [0, 0];
    for (const k of [-1, 0, 1]) {
      gx += (at(k, -1) - at(k, 1)) / 3;
      gy += (at(-1, k) - at(1, k)) / 3;
    }
    return Math.sqrt(gx * gx + gy * gy + 1e-8);
  };
  return a.map((row, r) =>
    row.map((_, c) => {
      const [ga, gb] = [magnitude(a, r, c), magnitude(b, r, c)];
      return 1 - (2 * ga * gb + 0.0026) / (ga * ga + gb * gb + 0.0026);
    }),
  );
}

onEveryBackend('RIAD', () => {
  it(
    'measures the dissimilarity of edges as pixel by pixel, and as zero between equals at every scale',
    leavesNoTensors(async () => {
      const [a, b] = [wave([2, 8, 9, 3], 0), wave([2, 8, 9, 3], 1)];
      const map = gradientDissimilarity(a, b, 1);
      const got = await map.array();
      const [xs, ys] = [await a.array(), await b.array()];
      xs.forEach((x, n) =>
        reference(x, ys[n]).forEach((row, r) =>
          row.forEach((value, c) => expect(got[n][r][c]).to.be.closeTo(value, 1e-4)),
        ),
      );
      const same = gradientDissimilarity(a, a, 3);
      expect(Math.max(...(await same.data()))).to.be.below(1e-5);
      expect(() => gradientDissimilarity(a, b, 4)).to.throw(
        'expected sides of 16 pixels or more for 4 scales, got 8 x 9',
      );
      tf.dispose([a, b, map, same]);
    }),
  );

  it(
    'removes every square exactly once, whole',
    leavesNoTensors(async () => {
      const masks = disjointMasks(new Random(3), [10, 12], 4, 3);
      const sets = (await masks.array()).map((set) => set.map((row) => row.map(([v]) => v)));
      for (let y = 0; y < 10; y++) {
        for (let x = 0; x < 12; x++) {
          expect(sets.filter((set) => set[y][x] === 0).length).to.equal(1);
          for (const set of sets) expect(set[y][x]).to.equal(set[y - (y % 4)][x - (x % 4)]);
        }
      }
      expect(sets.map((set) => set.flat().filter((v) => v === 0).length)).to.satisfy((counts: number[]) =>
        counts.every((count) => count >= 24 && count <= 48),
      );
      masks.dispose();
    }),
  );

  it(
    'has a loss with the gradients of finite differences, and sees nothing of a place that it fills in',
    leavesNoTensors(async () => {
      const method = riadMethod(
        decode(RiadParams, { width: 2, levels: 1, square_sizes: [12], disjoint_sets: 1, mean_filter: 1 }, 'riad'),
      );
      const values = awayFromKinks(begin(method.trained, new Random(1)));
      const statistics = begin(method.statistics, new Random(1));
      const pass = (at: Values) => ({ values: { ...statistics, ...at }, training: false, carry() {} });
      const x = wave([1, 12, 12, 3], 2);
      const masks = disjointMasks(new Random(1), [12, 12], 4, 3);
      await expectGradients((at) => method.loss(x, [masks], pass(at)).total, values, { tolerance: 0.05, most: 2 });
      // everything is removed at once: two pictures are filled in alike, so only their own edges tell the maps apart
      const flat = tf.fill([1, 12, 12, 3], 0.5) as Tensor4D;
      const [black, white] = [tf.zerosLike(flat), tf.onesLike(flat)];
      const maps = [black, white].map((one) => method.map(one, pass(values)));
      const apart = tf.tidy(() => maps[0].sub(maps[1]).abs().max());
      expect((await apart.data())[0]).to.be.below(1e-5);
      tf.dispose([x, masks, flat, black, white, maps, apart, values, statistics]);
    }),
  );
});

/** What rectifiers and maxima see lies well above zero: finite differences across a kink say nothing. */
function awayFromKinks(values: Values): Values {
  const moved = Object.entries(values).map(([name, value]) => {
    const isBias = name.endsWith('norm.bias');
    if (!isBias && !name.endsWith('conv.weight')) return [name, value];
    const other = isBias ? tf.fill(value.shape, 4) : value.mul(0.2);
    value.dispose();
    return [name, other];
  });
  return Object.fromEntries(moved) as Values;
}
