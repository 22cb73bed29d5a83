import { expect } from 'chai';
import { fromHalf, toHalf } from '../../../src/models/weights/half-floats.js';
import { Random } from '../../../src/runtime/random.js';

/** All finite halves of 0 or more, ascending. */
const HALVES = fromHalf(Uint16Array.from({ length: 0x7c00 }, (_, bits) => bits));

/** The nearest half by search; ties go to the even bit pattern. */
function nearest(value: number): number {
  const size = Math.abs(value);
  let [low, high] = [0, HALVES.length - 1];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (HALVES[middle] <= size) low = middle;
    else high = middle;
  }
  const [down, up] = [size - HALVES[low], HALVES[high] - size];
  const chosen = down < up || (down === up && low % 2 === 0) ? low : high;
  return Math.sign(value) * HALVES[chosen];
}

describe('half-precision numbers', () => {
  it('come back from float32 bit for bit', () => {
    const bits = Uint16Array.from({ length: 0x10000 }, (_, i) => i);
    const back = toHalf(fromHalf(bits));
    const wrong = [...bits].filter((half) => (half & 0x7fff) <= 0x7c00 && back[half] !== half);
    expect(wrong).to.deep.equal([]);
    expect((back[0x7e01] & 0x7fff) > 0x7c00, 'NaN').to.equal(true);
  });

  it('are the nearest to any float32, ties to even, subnormals included', () => {
    const random = new Random(8);
    const spread = Array.from({ length: 20_000 }, () => random.normal() * 2 ** random.uniform(-26, 12));
    const ties = Array.from({ length: 3000 }, (_, i) => (HALVES[i * 10] + HALVES[i * 10 + 1]) / 2);
    const values = Float32Array.from([...spread, ...ties, 2 ** -25, 2 ** -25 * 1.01, 65519, -65504, 0, -0]);
    const got = fromHalf(toHalf(values));
    values.forEach((value, i) => {
      const wanted = nearest(value);
      if (got[i] !== wanted) expect.fail(`${value}: ${got[i]}, expected ${wanted}`);
    });
  });

  it('overflow to infinity from 65520 on', () => {
    const values = Float32Array.of(65519.99, 65520, -1e30, Infinity);
    expect([...fromHalf(toHalf(values))]).to.deep.equal([65504, Infinity, -Infinity, Infinity]);
  });
});
