import { expect } from 'chai';
import { ProximityBounds } from '../../src/ops/proximity-bounds.js';
import { Random } from '../../src/runtime/random.js';
import { tf, type Tensor1D, type Tensor2D } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

const scenes: Record<string, (random: Random, i: number) => number> = {
  normal: (random) => random.normal(),
  'large norms': (random, i) => 10 ** (i % 5) * random.normal(),
  'one sign': (random) => 3 + random.uniform(),
  tiny: (random) => 1e-12 * random.normal(),
  'all rounded down': () => 1 + 2 ** -9,
  'halves of the last digit': (random) => 1 + Math.round(random.uniform(0, 64)) / 256,
};

onEveryBackend('ProximityBounds', (backend) => {
  if (backend !== 'tensorflow') return; // bfloat16 is TensorFlow's
  for (const [name, draw] of Object.entries(scenes)) {
    it(
      `are never below the exact value, and near it (${name})`,
      leavesNoTensors(async () => {
        const random = new Random(3);
        const [n, d] = [150, 96];
        const matrix = (count: number) =>
          Array.from({ length: count }, (_, i) => Array.from({ length: d }, () => Math.fround(draw(random, i))));
        const [rows, queries] = [matrix(n), matrix(40)];
        const [x, y] = [tf.tensor2d(queries), tf.tensor2d(rows)];
        const bounds = new ProximityBounds(y, n + 42);
        const unrounded = tf.tidy(() => {
          const raw = bounds.of(ProximityBounds.factors(x));
          return ProximityBounds.unrounded(raw.flatten() as Tensor1D).reshape(raw.shape) as Tensor2D;
        });
        const got = await unrounded.array();
        const size = (row: number[]) => Math.sqrt(row.reduce((sum, v) => sum + v * v, 0));
        queries.forEach((q, i) => {
          rows.forEach((r, j) => {
            const exact = r.reduce((sum, v, c) => sum + v * q[c], 0) - size(r) ** 2 / 2;
            expect(got[i][j]).to.be.at.least(exact);
            expect(got[i][j] - exact).to.be.below(0.03 * (size(q) * size(r) + size(r) ** 2));
          });
          for (const beyond of got[i].slice(n)) expect(beyond).to.be.below(-1e37);
        });
        bounds.dispose();
        tf.dispose([x, y, unrounded]);
      }),
    );
  }
});
