import { expect } from 'chai';
import fc from 'fast-check';
import { DataError, ShapeError } from '../../../src/errors.js';
import { auroc } from '../../../src/workbench/metrics/auroc.js';
import { averagePrecision } from '../../../src/workbench/metrics/average-precision.js';
import { bestF1 } from '../../../src/workbench/metrics/best-f1.js';
import { f1AtThreshold } from '../../../src/workbench/metrics/f1-at-threshold.js';
import { rocCurve } from '../../../src/workbench/metrics/roc-curve.js';

/** The example that scikit-learn's documentation uses for its ranking metrics. */
const SCORES = [0.1, 0.4, 0.35, 0.8];
const LABELS = [0, 0, 1, 1];

/** Few distinct values, so that ties are the rule. */
const cases = fc.array(
  fc.tuple(
    fc.integer({ min: -4, max: 4 }).map((n) => n / 4),
    fc.boolean(),
  ),
  { maxLength: 40 },
);
const split = (pairs: [number, boolean][]) => ({ scores: pairs.map((p) => p[0]), labels: pairs.map((p) => p[1]) });

describe('auroc', () => {
  it('gives 0.75 for the example of scikit-learn', () => {
    expect(auroc(SCORES, LABELS)).to.equal(0.75);
  });

  it('counts a tie as half', () => {
    expect(auroc([1, 1], [0, 1])).to.equal(0.5);
    expect(auroc([1, 2, 2, 3], [0, 0, 1, 1])).to.equal(0.875);
  });

  it('is 1, 0 and null for perfect, inverted and one-sided rankings', () => {
    expect(auroc([1, 2, 3], [false, true, true])).to.equal(1);
    expect(auroc([3, 2, 1], [0, 1, 1])).to.equal(0);
    expect(auroc([1, 2], [1, 1])).to.equal(null);
    expect(auroc([1, 2], [0, 0])).to.equal(null);
    expect(auroc([], [])).to.equal(null);
  });

  it('equals the count over all pairs', () => {
    const overPairs = (scores: number[], labels: boolean[]) => {
      let won = 0;
      let pairs = 0;
      scores.forEach((good, i) =>
        scores.forEach((bad, j) => {
          if (labels[i] || !labels[j]) return;
          pairs++;
          won += bad > good ? 1 : bad === good ? 0.5 : 0;
        }),
      );
      return pairs === 0 ? null : won / pairs;
    };
    fc.assert(
      fc.property(cases, (pairs) => {
        const { scores, labels } = split(pairs);
        const expected = overPairs(scores, labels);
        const got = auroc(scores, labels);
        if (expected === null) expect(got).to.equal(null);
        else expect(got).to.be.closeTo(expected, 1e-12);
      }),
      { numRuns: 500 },
    );
  });

  it('treats -0 and 0 as equal', () => {
    expect(auroc([-0, 0], [0, 1])).to.equal(0.5);
  });

  it('refuses NaN and a missing label', () => {
    expect(() => auroc([1, NaN], [0, 1])).to.throw(DataError, 'score 1 is NaN');
    expect(() => auroc([1, 2], [0])).to.throw(ShapeError, '2 scores and 1 labels');
  });
});

describe('averagePrecision', () => {
  it('gives 0.8333 for the example of scikit-learn', () => {
    expect(averagePrecision(SCORES, LABELS)).to.be.closeTo(0.5 * 1 + 0.5 * (2 / 3), 1e-15);
  });

  it('treats equal scores as one threshold', () => {
    expect(averagePrecision([1, 1, 1, 1], [0, 1, 0, 0])).to.equal(0.25);
  });

  it('is 1 when all are defective, null when none is', () => {
    expect(averagePrecision([1, 2], [1, 1])).to.equal(1);
    expect(averagePrecision([1, 2], [0, 0])).to.equal(null);
  });

  it('equals the sum over every distinct threshold', () => {
    fc.assert(
      fc.property(cases, (pairs) => {
        const { scores, labels } = split(pairs);
        const all = labels.filter(Boolean).length;
        let lastRecall = 0;
        let sum = 0;
        for (const threshold of [...new Set(scores)].sort((a, b) => b - a)) {
          const flagged = scores.filter((s) => s >= threshold).length;
          const hit = scores.filter((s, i) => s >= threshold && labels[i]).length;
          sum += (hit / all - lastRecall) * (hit / flagged);
          lastRecall = hit / all;
        }
        if (all === 0) expect(averagePrecision(scores, labels)).to.equal(null);
        else expect(averagePrecision(scores, labels)).to.be.closeTo(sum, 1e-12);
      }),
      { numRuns: 300 },
    );
  });
});

describe('f1AtThreshold', () => {
  it('flags what lies above the threshold, not what lies on it', () => {
    expect(f1AtThreshold([0.1, 0.5, 0.5, 0.9], [0, 0, 1, 1], 0.5)).to.deep.equal({
      tp: 1,
      fp: 0,
      tn: 2,
      fn: 1,
      precision: 1,
      recall: 0.5,
      specificity: 1,
      accuracy: 0.75,
      f1: 2 / 3,
    });
  });

  it('gives null where a ratio has no case', () => {
    const goodOnly = f1AtThreshold([0.1, 0.2], [0, 0], 1);
    expect(goodOnly).to.include({ tn: 2, precision: null, recall: null, f1: null, specificity: 1, accuracy: 1 });
    expect(f1AtThreshold([0.1], [1], 1)).to.include({ fn: 1, precision: null, recall: 0, f1: 0, specificity: null });
    expect(f1AtThreshold([], [], 1).accuracy).to.equal(null);
  });

  it('refuses NaN, which would silently pass as good', () => {
    expect(() => f1AtThreshold([NaN], [1], 1)).to.throw(DataError);
  });
});

describe('bestF1', () => {
  it('finds the threshold between the scores', () => {
    expect(bestF1(SCORES, LABELS)).to.deep.equal({ f1: 0.8, threshold: 0.1 + (0.35 - 0.1) / 2 });
  });

  it('prefers the higher of two thresholds that are equally good', () => {
    expect(bestF1([4, 3, 2, 1], [1, 0, 0, 1])).to.deep.equal({ f1: 2 / 3, threshold: 3.5 });
  });

  it('is null without a defective one', () => {
    expect(bestF1([1, 2], [0, 0])).to.equal(null);
  });

  it('is reached at its threshold and beaten nowhere', () => {
    fc.assert(
      fc.property(cases, (pairs) => {
        const { scores, labels } = split(pairs);
        const best = bestF1(scores, labels);
        if (best === null) return;
        expect(f1AtThreshold(scores, labels, best.threshold).f1).to.be.closeTo(best.f1, 1e-12);
        for (const threshold of [-10, ...scores]) {
          expect(f1AtThreshold(scores, labels, threshold).f1 ?? 0).to.be.at.most(best.f1 + 1e-12);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('separates neighbouring floats', () => {
    const next = 1 + Number.EPSILON;
    const { threshold } = bestF1([1, next], [0, 1])!;
    expect(f1AtThreshold([1, next], [0, 1], threshold)).to.include({ tp: 1, tn: 1 });
  });
});

describe('rocCurve', () => {
  it('gives the corners of the example of scikit-learn', () => {
    const points = rocCurve(SCORES, LABELS)!;
    expect(points.map((p) => [p.falsePositiveRate, p.truePositiveRate])).to.deep.equal([
      [0, 0],
      [0, 0.5],
      [0.5, 0.5],
      [0.5, 1],
      [1, 1],
    ]);
    expect(points.map((p) => p.score)).to.deep.equal([null, 0.8, 0.4, 0.35, 0.1]);
  });

  it('encloses the area that auroc gives', () => {
    fc.assert(
      fc.property(cases, (pairs) => {
        const { scores, labels } = split(pairs);
        const points = rocCurve(scores, labels);
        if (points === null) return void expect(auroc(scores, labels)).to.equal(null);
        let area = 0;
        for (let i = 1; i < points.length; i++) {
          const [a, b] = [points[i - 1], points[i]];
          area += ((b.falsePositiveRate - a.falsePositiveRate) * (a.truePositiveRate + b.truePositiveRate)) / 2;
        }
        expect(area).to.be.closeTo(auroc(scores, labels)!, 1e-12);
      }),
      { numRuns: 200 },
    );
  });
});
