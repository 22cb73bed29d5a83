import { expect } from 'chai';
import { ShapeError } from '../../src/errors.js';
import { avgPool, type PoolRule } from '../../src/ops/pool.js';
import { Random } from '../../src/runtime/random.js';
import { tf } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

/** Plain loops over one channel: every window is divided by its full size, as torch does. */
function reference(x: number[][], { size, stride = 1, pad = 0, padding = 'zero' }: PoolRule): number[][] {
  const [h, w] = [x.length, x[0].length];
  const mirrored = (i: number, n: number) => (i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i);
  const at = (i: number, j: number) => {
    if (padding === 'reflect') return x[mirrored(i, h)][mirrored(j, w)];
    return i < 0 || j < 0 || i >= h || j >= w ? 0 : x[i][j];
  };
  const count = (n: number) => Math.floor((n + 2 * pad - size) / stride) + 1;
  return Array.from({ length: count(h) }, (_, i) =>
    Array.from({ length: count(w) }, (_, j) => {
      let sum = 0;
      for (let a = 0; a < size; a++)
        for (let b = 0; b < size; b++) sum += at(i * stride + a - pad, j * stride + b - pad);
      return sum / size ** 2;
    }),
  );
}

onEveryBackend('avgPool', () => {
  const rules: PoolRule[] = [
    { size: 3, pad: 1 },
    { size: 3, pad: 1, padding: 'reflect' },
    { size: 2, stride: 2 },
    { size: 3, stride: 2, pad: 1 },
    { size: 5, pad: 2, padding: 'reflect' },
  ];
  for (const rule of rules) {
    it(
      `follows ${JSON.stringify(rule)}`,
      leavesNoTensors(async () => {
        const random = new Random(3);
        const planes = [0, 1].map(() =>
          Array.from({ length: 6 }, () => Array.from({ length: 7 }, () => random.normal())),
        );
        const x = tf.tidy(() =>
          tf
            .stack(
              planes.map((p) => tf.tensor2d(p)),
              2,
            )
            .expandDims(0),
        );
        const got = avgPool(x as never, rule);
        const values = (await got.array())[0];
        for (const [c, plane] of planes.entries()) {
          const expected = reference(plane, rule);
          expect(values.length).to.equal(expected.length);
          expected.forEach((row, i) => row.forEach((v, j) => expect(values[i][j][c]).to.be.closeTo(v, 1e-6)));
        }
        tf.dispose([x, got]);
      }),
    );
  }

  it('counts the padding at a corner', async () => {
    const x = tf.ones([1, 3, 3, 1]);
    const got = avgPool(x as never, { size: 3, pad: 1 });
    expect((await got.array())[0][0][0][0]).to.be.closeTo(4 / 9, 1e-6);
    tf.dispose([x, got]);
  });

  it('refuses windows that do not fit', () => {
    const x = tf.zeros([1, 2, 2, 1]);
    expect(() => avgPool(x as never, { size: 5 })).to.throw(ShapeError);
    expect(() => avgPool(x as never, { size: 3, pad: 2 })).to.throw(ShapeError);
    x.dispose();
  });
});
