import { expect } from 'chai';
import { thresholdOfAlarmBudget } from '../../../src/inference/thresholds/alarm-budget.js';
import { binomialAtMost, binomialUpperLimit } from '../../../src/inference/thresholds/binomial.js';
import { fitGeneralisedPareto, paretoQuantile } from '../../../src/inference/thresholds/generalised-pareto.js';
import { fitImageThreshold, thresholdWarnings } from '../../../src/inference/thresholds/image-threshold.js';
import { labelConfidence } from '../../../src/inference/thresholds/label-confidence.js';
import { quantileInterval } from '../../../src/inference/thresholds/quantile-interval.js';
import { ConfigError, DataError } from '../../../src/errors.js';
import { Random } from '../../../src/runtime/random.js';
import { rule } from '../../support/rule.js';

/** Plain sum of the binomial terms, in whole-number arithmetic for the coefficients. */
function atMost(most: number, trials: number, p: number): number {
  let choose = 1n;
  let sum = 0;
  for (let k = 0; k <= most; k++) {
    sum += Number(choose) * p ** k * (1 - p) ** (trials - k);
    choose = (choose * BigInt(trials - k)) / BigInt(k + 1);
  }
  return sum;
}

const normals = (seed: number, n: number) => {
  const random = new Random(1000 + seed).fork('scores');
  random.normal();
  return Float64Array.from({ length: n }, () => random.normal()).sort();
};

describe('binomial', () => {
  it('sums the terms', () => {
    for (const [k, n, p] of [
      [0, 1, 0.5],
      [3, 10, 0.2],
      [9, 10, 0.99],
      [15, 40, 0.3],
      [2, 60, 0.04],
      [59, 60, 0.97],
    ]) {
      expect(binomialAtMost(k, n, p), `${k} of ${n}`).to.be.closeTo(atMost(k, n, p), 1e-12);
    }
    expect(binomialAtMost(-1, 5, 0.5)).to.equal(0);
    expect(binomialAtMost(5, 5, 0.5)).to.equal(1);
    expect(binomialAtMost(5000, 100000, 0.05)).to.be.closeTo(0.5, 0.01);
  });

  it('has the limits of Clopper and Pearson', () => {
    // No success in n: 1 - (1 - confidence)^(1/n), "the rule of three".
    expect(binomialUpperLimit(0, 100, 0.95)).to.be.closeTo(1 - 0.05 ** 0.01, 1e-12);
    // scipy.stats.beta.ppf(0.95, 4, 97) and beta.ppf(0.9, 11, 40)
    expect(binomialUpperLimit(3, 100, 0.95)).to.be.closeTo(0.0757108, 1e-6);
    expect(binomialUpperLimit(10, 50, 0.9)).to.be.closeTo(0.2912973, 1e-6);
    expect(binomialUpperLimit(5, 5, 0.9)).to.equal(1);
  });
});

describe('interval of a quantile', () => {
  it('holds the true quantile at least as often as it says', () => {
    const random = new Random(3);
    let held = 0;
    for (let i = 0; i < 1000; i++) {
      const { low, high } = quantileInterval(Float64Array.from({ length: 80 }, () => random.uniform(0, 1)).sort(), 0.9);
      if ((low as number) <= 0.9 && (high === null || high >= 0.9)) held += 1;
    }
    expect(held / 1000).to.be.within(0.945, 0.995);
  });

  it('says where few scores bound nothing', () => {
    expect(quantileInterval([1, 2, 3], 0.995)).to.deep.equal({ confidence: 0.95, low: 3, high: null });
    expect(quantileInterval([1], 0.5)).to.deep.equal({ confidence: 0.95, low: null, high: null });
  });
});

describe('generalised Pareto tail', () => {
  it('finds the tail that scores were drawn from', () => {
    for (const shape of [-0.3, 0, 0.25]) {
      const random = new Random(11);
      const drawn = Array.from({ length: 20000 }, () => paretoQuantile({ shape, scale: 2 }, random.uniform(1e-9, 1)));
      const fitted = fitGeneralisedPareto(drawn);
      expect(fitted?.shape, `shape ${shape}`).to.be.closeTo(shape, 0.03);
      expect(fitted?.scale, `shape ${shape}`).to.be.closeTo(2, 0.06);
    }
  });

  it('has no fit where the scores pile up at their highest value', () => {
    expect(fitGeneralisedPareto(Array.from({ length: 30 }, (_, i) => (i < 25 ? 1 : 0.5)))).to.equal(null);
  });
});

describe('peaks over threshold', () => {
  const fit = (scores: Float64Array, keys: object) =>
    fitImageThreshold({
      scores: Array.from(scores),
      split: 'held_out',
      rule: rule({ rule: 'peaks_over_threshold', ...keys }),
      contamination: null,
    });

  it('reaches beyond the scores, near the true quantile', () => {
    // The 0.9995-quantile of the normal distribution is 3.2905; of 400 scores the plain quantile cannot reach it.
    const errors = Array.from(
      { length: 60 },
      (_, seed) => fit(normals(seed, 400), { quantile: 0.9995 }).value - 3.2905,
    );
    expect(Math.abs(errors.reduce((a, b) => a + b) / errors.length)).to.be.below(0.2);
  });

  it('is the plain quantile where the tail is too short, and says so', () => {
    const { value, provenance } = fit(normals(1, 50), { quantile: 0.9 });
    const plain = fitImageThreshold({
      scores: Array.from(normals(1, 50)),
      split: 'held_out',
      rule: rule({ quantile: 0.9 }),
      contamination: null,
    });
    expect(value).to.equal(plain.value);
    expect(provenance.tail?.fallback).to.equal('too_few_exceedances');
    expect(thresholdWarnings(provenance)[0]).to.contain('only 5 scores make the tail');
  });
});

describe('false-alarm budget', () => {
  it('takes the order statistic that the budget allows', () => {
    const scores = Array.from({ length: 59 }, (_, i) => i);
    // 59 is the number of the textbooks: without any alarm it supports 5 % with confidence 95 %, and 58 do not.
    const enough = thresholdOfAlarmBudget(scores, { max_alarms_per_1000: 50, confidence: 0.95 });
    expect(enough.value).to.equal(58);
    expect(enough.claim).to.include({ supported: true, allowed_alarms: 0, pictures_needed: 59, alarms: 0 });
    const few = thresholdOfAlarmBudget(scores.slice(1), { max_alarms_per_1000: 50, confidence: 0.95 });
    expect(few.claim).to.include({ supported: false, allowed_alarms: null, pictures: 58 });
    expect(few.claim.upper_bound_per_1000).to.be.above(50);
    // 93 support one alarm: Wilks' second number.
    const more = thresholdOfAlarmBudget(
      Array.from({ length: 93 }, (_, i) => i),
      { max_alarms_per_1000: 50, confidence: 0.95 },
    );
    expect(more.value).to.equal(91);
    expect(more.claim).to.include({ allowed_alarms: 1, alarms: 1 });
  });

  it('counts ties as no alarms, and a budget of none or of all as what it is', () => {
    const tied = thresholdOfAlarmBudget(
      Array.from({ length: 100 }, (_, i) => (i < 90 ? i : 90)),
      {
        max_alarms_per_1000: 100,
        confidence: 0.9,
      },
    );
    expect(tied.claim.alarms).to.equal(0);
    const none = thresholdOfAlarmBudget([1, 2], { max_alarms_per_1000: 0, confidence: 0.5 });
    expect(none).to.deep.include({ value: 2 });
    expect(none.claim).to.include({ supported: false, pictures_needed: null });
    expect(thresholdOfAlarmBudget([1, 2], { max_alarms_per_1000: 1000, confidence: 0.5 }).value).to.equal(1);
  });

  it('holds at the stated confidence over 2,000 simulated calibrations', () => {
    const random = new Random(17);
    for (const [pictures, most, confidence] of [
      [100, 50, 0.95],
      [300, 20, 0.9],
    ]) {
      let held = 0;
      for (let i = 0; i < 2000; i++) {
        const scores = Float64Array.from({ length: pictures }, () => random.uniform(0, 1)).sort();
        const { value } = thresholdOfAlarmBudget(scores, { max_alarms_per_1000: most, confidence });
        // Of uniform scores the share above a threshold is known, and any other distribution is one of these stretched.
        if (1 - value <= most / 1000) held += 1;
      }
      console.log(`      ${pictures} pictures, ${most} in 1,000 at ${confidence}: held in ${(held / 20).toFixed(2)} %`);
      expect(held / 2000).to.be.at.least(confidence - 3 * Math.sqrt((confidence * (1 - confidence)) / 2000));
    }
  });

  it('warns where the pictures are too few', () => {
    const { provenance } = fitImageThreshold({
      scores: [1, 2, 3],
      split: 'val',
      rule: rule({ rule: 'false_alarm_budget' }),
      contamination: null,
    });
    expect(thresholdWarnings(provenance)[0]).to.match(/^3 good pictures cannot support at most 10 .* \(299 would\)/);
  });
});

describe('other rules', () => {
  const fit = (keys: object, scores = [1, 2]) =>
    fitImageThreshold({ scores, split: 'given', rule: rule(keys), contamination: null });

  it('fixed takes the number that is given', () => {
    expect(fit({ rule: 'fixed', threshold: 0.5 })).to.deep.include({ value: 0.5 });
    expect(() => fit({ rule: 'fixed' })).to.throw(ConfigError, 'takes calibration.threshold');
  });

  it('refuses scores that are not finite', () => {
    expect(() => fit({}, [1, NaN])).to.throw(DataError, 'finite scores');
  });

  it('keeps in the provenance what it gave', () => {
    const { value, provenance } = fit({ quantile: 0.5 });
    expect(provenance).to.deep.include({ value, method: 'quantile', source: 'explicit', split: 'given' });
  });
});

describe('label confidence', () => {
  it('is the way from the threshold on the side of the label', () => {
    const range = { min: 0, max: 2 };
    expect([0, 0.5, 1, 1.5, 2, 5, -3].map((score) => labelConfidence(score, 1, range))).to.deep.equal([
      1, 0.5, 0, 0.5, 1, 1, 1,
    ]);
    expect(labelConfidence(3, 2, range)).to.equal(1);
  });
});
