import { expect } from 'chai';
import { ShapeError } from '../../src/errors.js';
import { NeighborIndex } from '../../src/ops/nearest.js';
import { Random } from '../../src/runtime/random.js';
import { tf } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

/** Brute force in double precision; equal distances by row number. */
function reference(queries: number[][], rows: number[][], k: number) {
  return queries.map((q) =>
    rows
      .map((r, index) => ({
        index,
        squared: r.reduce((sum, v, i) => sum + (Math.fround(v) - Math.fround(q[i])) ** 2, 0),
      }))
      .sort((a, b) => a.squared - b.squared || a.index - b.index)
      .slice(0, k),
  );
}

function matrix(n: number, d: number, seed: number, offset = 0): number[][] {
  const random = new Random(seed);
  return Array.from({ length: n }, () => Array.from({ length: d }, () => offset + random.normal()));
}

async function search(rows: number[][], queries: number[][], k: number) {
  const [bank, x] = [tf.tensor2d(rows), tf.tensor2d(queries)];
  const index = new NeighborIndex(bank);
  bank.dispose();
  const { squared, indices } = index.search(x, k);
  const result = { squared: await squared.array(), indices: await indices.array() };
  const found = await index.find(x, k);
  const again = { squared: await found.squared.array(), indices: await found.indices.array() };
  expect(again, 'find against search').to.deep.equal(result);
  tf.dispose([squared, indices, x, found.squared, found.indices]);
  index.dispose();
  return result;
}

onEveryBackend('NeighborIndex', () => {
  for (const [n, q, k] of [
    [50, 7, 1],
    [50, 7, 4],
    [3, 5, 9],
    [1, 2, 1],
    [9000, 6, 1],
    [9000, 6, 5],
    [20000, 3, 1],
    [20000, 3, 40],
    [9000, 50, 1],
    [15000, 60, 9],
    [33000, 2, 3],
    [64, 2, 64],
    [65, 300, 9],
    [60, 1100, 2],
  ]) {
    it(
      `finds the ${k} nearest of ${n} rows for ${q} queries`,
      leavesNoTensors(async () => {
        const rows = matrix(n, 5, 1, 3);
        const queries = matrix(q, 5, 2, 3);
        const got = await search(rows, queries, k);
        for (const [i, expected] of reference(queries, rows, k).entries()) {
          expect(got.indices[i]).to.deep.equal(expected.map((e) => e.index));
          expected.forEach((e, j) => expect(got.squared[i][j]).to.be.closeTo(e.squared, 1e-5 * (1 + e.squared)));
        }
      }),
    );
  }

  it(
    'orders equal rows by number and gives duplicates the distance 0',
    leavesNoTensors(async () => {
      const rows = [...matrix(20, 3, 1, 500), ...matrix(20, 3, 1, 500)];
      const got = await search(rows, [rows[25], rows[4]], 2);
      expect(got.indices).to.deep.equal([
        [5, 25],
        [4, 24],
      ]);
      expect(got.squared).to.deep.equal([
        [0, 0],
        [0, 0],
      ]);
    }),
  );

  it(
    'takes the lowest rows of hundreds of equal ones, in their order',
    leavesNoTensors(async () => {
      const [a, b, far] = matrix(3, 24, 5, 2);
      const rows = Array.from({ length: 17000 }, (_, i) => (i % 100 === 37 ? a : i % 100 === 12 ? b : far));
      const got = await search(rows, [a, b], 5);
      expect(got.indices).to.deep.equal([
        [37, 137, 237, 337, 437],
        [12, 112, 212, 312, 412],
      ]);
      expect(got.squared).to.deep.equal([Array(5).fill(0), Array(5).fill(0)]);
    }),
  );

  it(
    'orders what is equally far by number where the product ranks it by its rounding',
    leavesNoTensors(async () => {
      // Mirror images have equal distances to the centre, and products that differ in their last digits.
      const [center] = matrix(1, 48, 8, 40);
      const steps = matrix(6, 48, 9).map((step) => step.map((v) => Math.round(8 * v) / 8));
      const exact = center.map((v) => Math.round(8 * v) / 8);
      const size = steps[0].reduce((sum, v) => sum + v * v, 0);
      const near = [1, -1].map((sign) => exact.map((v, i) => v + sign * steps[0][i]));
      const others = matrix(5000, 48, 10, 40).map((row) => row.map((v) => v + 5));
      const rows = [...others.slice(0, 900), near[0], ...others.slice(900, 3000), near[1], ...others.slice(3000)];
      const got = await search(rows, [exact], 2);
      expect(got.indices).to.deep.equal([[900, 3001]]);
      for (const squared of got.squared[0]) expect(squared).to.be.closeTo(size, 1e-3 * size);
    }),
  );

  it(
    'finds a neighbour among rows with large norms',
    leavesNoTensors(async () => {
      const rows = matrix(300, 16, 11).map((row, i) => row.map((v) => v * 10 ** (i % 4)));
      const queries = rows.slice(40, 60).map((row) => row.map((v) => v + 1e-3 * Math.max(1, Math.abs(v))));
      const got = await search(rows, queries, 1);
      expect(got.indices).to.deep.equal(reference(queries, rows, 1).map(([{ index }]) => [index]));
    }),
  );

  it(
    'separates near duplicates that the product formula cannot',
    leavesNoTensors(async () => {
      const far = matrix(1, 64, 9, 0)[0].map((v) => v * 1e3);
      const near = far.map((v) => v + 1e-2);
      const got = await search([matrix(1, 64, 3)[0], near, matrix(1, 64, 4)[0]], [far], 1);
      const [expected] = reference([far], [near], 1);
      expect(got.squared[0][0]).to.be.closeTo(expected[0].squared, 0.02 * expected[0].squared);
    }),
  );

  it(
    'gives every query its own answer, whatever its neighbours in the batch',
    leavesNoTensors(async () => {
      const rows = matrix(5000, 4, 1);
      const queries = matrix(9, 4, 2);
      const together = await search(rows, queries, 3);
      for (const [i, query] of queries.entries()) {
        const alone = await search(rows, [query], 3);
        expect(alone.indices[0]).to.deep.equal(together.indices[i]);
        expect(alone.squared[0]).to.deep.equal(together.squared[i]);
      }
    }),
  );

  it(
    'tells whether quick searches left anything in doubt',
    leavesNoTensors(async () => {
      const rows = matrix(8000, 24, 14);
      const bank = tf.tensor2d(rows);
      const crowd = tf.tensor2d(rows.map((_, i) => rows[i % 50]));
      const queries = tf.tensor2d(matrix(60, 24, 15));
      const mine = tf.tensor2d(rows.slice(0, 60));
      for (const [held, asked, unsettled] of [
        [bank, queries, false],
        [crowd, mine, true],
      ] as const) {
        const index = new NeighborIndex(held);
        const { result, doubts } = index.quickly(() => {
          const [squared, indices] = tf.tidy(() => {
            const found = index.search(asked, 1);
            return [found.squared, found.indices];
          });
          return { squared, indices };
        });
        const usual = index.search(asked, 1);
        if (doubts !== null) expect((await doubts.data())[0] > 0).to.equal(unsettled);
        if (!unsettled) {
          expect(await result.squared.array()).to.deep.equal(await usual.squared.array());
          expect(await result.indices.array()).to.deep.equal(await usual.indices.array());
        }
        tf.dispose([
          result.squared,
          result.indices,
          usual.squared,
          usual.indices,
          ...(doubts === null ? [] : [doubts]),
        ]);
        index.dispose();
      }
      tf.dispose([bank, crowd, queries, mine]);
    }),
  );

  it('refuses empty banks, other widths and k below 1', () => {
    const empty = tf.zeros([0, 3]);
    expect(() => new NeighborIndex(empty as never)).to.throw(ShapeError);
    const rows = tf.zeros([2, 3]);
    const index = new NeighborIndex(rows as never);
    const queries = tf.zeros([1, 2]);
    expect(() => index.search(queries as never, 1)).to.throw(ShapeError, 'width 3');
    expect(() => index.search(rows as never, 0)).to.throw(ShapeError, 'k of 1 or more');
    index.dispose();
    tf.dispose([empty, rows, queries]);
  });
});
