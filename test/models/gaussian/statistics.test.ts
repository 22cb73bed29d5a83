import { expect } from 'chai';
import fc from 'fast-check';
import { levelMedians } from '../../../src/models/gaussian/level-medians.js';
import { RunningMoments } from '../../../src/models/gaussian/running-moments.js';

const median = (values: number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

describe('levelMedians', () => {
  it('equals sorting, for odd and even numbers of pictures', () => {
    const level = fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(0, 1, 254, 255));
    const pictures = fc.array(fc.tuple(level, level), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(pictures, (rows) => {
        const got = levelMedians(rows.map((row) => Uint8Array.from(row)));
        for (let i = 0; i < 2; i++) {
          const values = rows.map((row) => row[i]);
          const middle = median(values);
          expect(got.median[i]).to.equal(middle);
          expect(got.mad[i]).to.equal(median(values.map((v) => Math.abs(v - middle))));
        }
      }),
    );
  });
});

describe('RunningMoments', () => {
  it('gives mean and sample deviation without cancelling', () => {
    const moments = new RunningMoments(2);
    for (const value of [4, 7, 13, 16]) moments.add([1e9 + value, 5]);
    expect(Array.from(moments.mean)).to.deep.equal([1e9 + 10, 5]);
    expect(moments.standardDeviation()[0]).to.be.closeTo(Math.sqrt(30), 1e-9);
    expect(moments.standardDeviation()[1]).to.equal(0);
  });

  it('has no deviation after one picture', () => {
    const moments = new RunningMoments(1);
    moments.add([7]);
    expect(Array.from(moments.standardDeviation())).to.deep.equal([0]);
  });
});
