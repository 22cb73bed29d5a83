import { expect } from 'chai';
import { poissonUpperLimit } from '../../../src/inference/thresholds/poisson-limit.js';
import { allowedRegions, picturesNeeded, regionsPer1000 } from '../../../src/inference/thresholds/region-budget.js';

/** Printed chi-square quantiles: [confidence, degrees of freedom, quantile]. The limit for k events is half that of 2 (k + 1). */
const CHI_SQUARE = [
  [0.9, 2, 4.605],
  [0.9, 4, 7.779],
  [0.9, 6, 10.645],
  [0.9, 20, 28.412],
  [0.95, 2, 5.991],
  [0.95, 4, 9.488],
  [0.95, 6, 12.592],
  [0.95, 8, 15.507],
  [0.95, 10, 18.307],
  [0.95, 20, 31.41],
  [0.95, 30, 43.773],
  [0.95, 40, 55.758],
  [0.95, 60, 79.082],
  [0.95, 100, 124.342],
  [0.99, 2, 9.21],
  [0.99, 4, 13.277],
  [0.99, 6, 16.812],
  [0.99, 10, 23.209],
  [0.99, 100, 135.807],
  [0.05, 10, 3.94],
] as const;

describe('Poisson upper limit', () => {
  it('equals the printed chi-square table', () => {
    for (const [confidence, freedom, quantile] of CHI_SQUARE) {
      const limit = poissonUpperLimit(freedom / 2 - 1, confidence);
      expect(2 * limit, `${confidence}, ${freedom}`).to.be.closeTo(quantile, 0.00051);
    }
  });

  it('is the mean at which so few events have the probability left over, also for many events', () => {
    for (const [events, confidence] of [
      [1, 0.5],
      [37, 0.999],
      [2000, 0.95],
      [50000, 0.99],
    ]) {
      const mean = poissonUpperLimit(events, confidence);
      let log = -mean;
      let sum = Math.exp(log);
      for (let i = 1; i <= events; i++) {
        log += Math.log(mean / i);
        sum += Math.exp(log);
      }
      expect(sum).to.be.closeTo(1 - confidence, 1e-7);
    }
  });

  it('refuses what is no count and no confidence', () => {
    for (const [events, confidence] of [
      [-1, 0.9],
      [0.5, 0.9],
      [0, 1],
      [0, 0],
      [1, NaN],
    ]) {
      expect(() => poissonUpperLimit(events, confidence)).to.throw('expected 0 or more events');
    }
  });
});

describe('false-region budget', () => {
  const budget = { max_regions_per_1000: 10, confidence: 0.95 };

  it('needs 300 clean pictures for 10 in 1,000 at 95 % ("rule of three"), and says so', () => {
    expect(picturesNeeded(budget)).to.equal(300);
    expect(allowedRegions(budget, 299)).to.equal(null);
    expect(allowedRegions(budget, 300)).to.equal(0);
    expect(allowedRegions(budget, 474)).to.equal(0);
    expect(allowedRegions(budget, 475)).to.equal(1);
    expect(allowedRegions(budget, 630)).to.equal(2);
  });

  it('is the largest count whose limit fits, for large data sets too', () => {
    for (const pictures of [1000, 12345, 100000]) {
      const allowed = allowedRegions(budget, pictures)!;
      expect(regionsPer1000(allowed, pictures, 0.95)).to.be.at.most(10);
      expect(regionsPer1000(allowed + 1, pictures, 0.95)).to.be.above(10);
    }
  });

  it('knows that a budget of none can never be shown', () => {
    const none = { max_regions_per_1000: 0, confidence: 0.9 };
    expect(picturesNeeded(none)).to.equal(null);
    expect(allowedRegions(none, 1e6)).to.equal(null);
  });
});
