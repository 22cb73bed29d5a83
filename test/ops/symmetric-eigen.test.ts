import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { ShapeError } from '../../src/errors.js';
import { symmetricEigen } from '../../src/ops/symmetric-eigen.js';
import { Random } from '../../src/runtime/random.js';
import { worst } from '../support/worst.js';

const { eigen } = JSON.parse(readFileSync(join(import.meta.dirname, '../golden/subspace/sklearn.json'), 'utf8')) as {
  eigen: { matrix: number[][]; values: number[] };
};

/** The largest of `|A v - value v|` and `|v w - (v = w)|`. */
function defect(matrix: Float64Array, size: number): number {
  const { values, vectors } = symmetricEigen(matrix, size);
  const row = (i: number) => Array.from(vectors.subarray(i * size, (i + 1) * size));
  let most = 0;
  for (let k = 0; k < size; k++) {
    const v = row(k);
    for (let i = 0; i < size; i++) {
      const product = v.reduce((sum, value, j) => sum + matrix[i * size + j] * value, 0);
      most = Math.max(most, Math.abs(product - values[k] * v[i]));
      const inner = row(i).reduce((sum, value, j) => sum + value * v[j], 0);
      most = Math.max(most, Math.abs(inner - (i === k ? 1 : 0)));
    }
    if (k > 0) expect(values[k]).to.be.at.most(values[k - 1]);
  }
  return most;
}

describe('symmetricEigen', () => {
  it('gives the eigenvalues of NumPy, descending', () => {
    const { values } = symmetricEigen(Float64Array.from(eigen.matrix.flat()), 6);
    expect(worst(values, eigen.values)).to.be.below(1e-13);
  });

  for (const size of [1, 2, 3, 7, 40]) {
    it(`solves a random matrix of ${size}, and one of lower rank`, () => {
      const random = new Random(size);
      const rows = Array.from({ length: Math.ceil(size / 2) }, () =>
        Array.from({ length: size }, () => random.normal()),
      );
      const full = new Float64Array(size * size);
      for (let i = 0; i < size; i++)
        for (let j = 0; j <= i; j++) full[i * size + j] = full[j * size + i] = random.normal();
      const low = Float64Array.from(full, (_, at) =>
        rows.reduce((sum, r) => sum + r[Math.floor(at / size)] * r[at % size], 0),
      );
      expect(defect(full, size)).to.be.below(1e-12 * size);
      expect(defect(low, size)).to.be.below(1e-12 * size);
    });
  }

  it('takes zeros, multiples of the identity, and very small and large values', () => {
    for (const value of [0, 1, 1e-300, 1e150]) {
      const { values } = symmetricEigen(Float64Array.from([value, 0, 0, 0, value, 0, 0, 0, value]), 3);
      expect(Array.from(values)).to.deep.equal([value, value, value]);
    }
    const { values } = symmetricEigen(new Float64Array(9).fill(1e-300), 3);
    expect(values[0]).to.be.closeTo(3e-300, 1e-313);
  });

  it('refuses what is no matrix', () => {
    expect(() => symmetricEigen(new Float64Array(5), 2)).to.throw(ShapeError);
    expect(() => symmetricEigen(Float64Array.from([1, NaN, NaN, 1]), 2)).to.throw(ShapeError, 'finite');
  });
});
