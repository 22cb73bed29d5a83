import { expect } from 'chai';
import { lowestSafeThreshold } from '../../../src/inference/thresholds/lowest-safe-threshold.js';
import { nextFloat } from '../../../src/inference/thresholds/next-float.js';

describe('lowest safe threshold', () => {
  const search = async (floor: number, top: number, holds: (t: number) => boolean) => {
    const tried: number[] = [];
    const found = await lowestSafeThreshold({ floor, top }, async (t) => {
      tried.push(t);
      return holds(t);
    });
    return { ...found, tried };
  };

  it('comes within its resolution of the edge, from above', async () => {
    const { value, resolution, tested, tried, atFloor } = await search(0, 1, (t) => t >= 0.3);
    expect(value).to.be.at.least(Math.fround(0.3));
    expect(value - resolution).to.be.below(0.3);
    expect(resolution).to.be.closeTo(2 ** -16, 1e-6);
    expect(tested).to.equal(tried.length);
    expect(atFloor).to.equal(false);
  });

  it('does not go below a band that does not hold, although lower thresholds hold again', async () => {
    const holds = (t: number) => t >= 0.7 || t < 0.5;
    const { value, tried } = await search(0, 1, holds);
    expect(value).to.be.closeTo(0.7, 1e-4);
    expect(tried.filter((t) => t >= value).every(holds)).to.equal(true);
  });

  it('says when it reached the floor', async () => {
    expect(await search(0.25, 1, () => true)).to.include({ value: 0.25, atFloor: true, tested: 128 });
  });

  it('stays at the top when nothing below it holds', async () => {
    const { value } = await search(0, 1, () => false);
    expect(value).to.be.closeTo(1, 2 ** -15);
    expect(await search(2, nextFloat(2), () => false)).to.include({ value: nextFloat(2) });
  });
});

describe('next float', () => {
  it('is the next float32 number up', () => {
    expect(nextFloat(1)).to.equal(1 + 2 ** -23);
    expect(nextFloat(-1)).to.equal(-(1 - 2 ** -24));
    expect(nextFloat(0)).to.equal(2 ** -149);
    expect(nextFloat(-0)).to.equal(2 ** -149);
  });
});
