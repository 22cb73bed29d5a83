import { expect } from 'chai';
import { solvePoisson } from '../../../src/data/synthesis/anomalies/solve-poisson.js';
import { Random } from '../../../src/runtime/random.js';

const [height, width] = [7, 9];
const random = new Random(4);
const picture = () => Float32Array.from({ length: height * width * 3 }, () => random.uniform());
const [base, paint] = [picture(), picture()];
/** Touches two edges of the picture, and has a hole. */
const region = Uint8Array.from({ length: height * width }, (_, i) => {
  const [y, x] = [Math.floor(i / width), i % width];
  return y < 5 && x > 2 && !(y === 2 && x === 5) ? 1 : 0;
});

/** The same equations by Gaussian elimination. */
function reference(isMixed: boolean): Float32Array {
  const out = base.slice();
  const unknowns = [...region.keys()].filter((i) => region[i] === 1);
  for (let c = 0; c < 3; c++) {
    const rows = unknowns.map((p) => {
      const row = new Array<number>(unknowns.length + 1).fill(0);
      const [y, x] = [Math.floor(p / width), p % width];
      for (const [ny, nx] of [
        [y - 1, x],
        [y + 1, x],
        [y, x - 1],
        [y, x + 1],
      ]) {
        if (ny < 0 || nx < 0 || ny >= height || nx >= width) continue;
        const q = ny * width + nx;
        row[unknowns.indexOf(p)]++;
        const [dp, db] = [paint[3 * p + c] - paint[3 * q + c], base[3 * p + c] - base[3 * q + c]];
        row[unknowns.length] += isMixed && Math.abs(db) > Math.abs(dp) ? db : dp;
        if (region[q] === 1) row[unknowns.indexOf(q)]--;
        else row[unknowns.length] += base[3 * q + c];
      }
      return row;
    });
    solve(rows).forEach((value, i) => (out[3 * unknowns[i] + c] = value));
  }
  return out;
}

function solve(rows: number[][]): number[] {
  const n = rows.length;
  for (let k = 0; k < n; k++) {
    for (let i = 0; i < n; i++) {
      if (i === k) continue;
      const factor = rows[i][k] / rows[k][k];
      for (let j = k; j <= n; j++) rows[i][j] -= factor * rows[k][j];
    }
  }
  return rows.map((row, k) => row[n] / row[k]);
}

describe('solvePoisson', () => {
  for (const isMixed of [false, true]) {
    it(`solves the equations of ${isMixed ? 'mixed' : 'imported'} gradients`, () => {
      const expected = reference(isMixed);
      const solved = solvePoisson(base, paint, region, { height, width }, isMixed);
      solved.forEach((value, i) => expect(value).to.be.closeTo(expected[i], 2e-3));
      expect(solved.some((value, i) => Math.abs(value - base[i]) > 0.1)).to.equal(true);
    });
  }

  it('brings a patch to the level of its surroundings, and leaves what is outside', () => {
    const flat = new Float32Array(height * width * 3).fill(0.3);
    const brighter = flat.map((value) => value + 0.5);
    const inner = region.map((value, i) => (i % width < width - 1 && i >= width ? value : 0));
    expect(
      Math.max(...solvePoisson(flat, brighter, inner, { height, width }).map((v) => Math.abs(v - 0.3))),
    ).to.be.lessThan(1e-6);
    expect(solvePoisson(flat, brighter, new Uint8Array(height * width), { height, width })).to.deep.equal(flat);
  });
});
