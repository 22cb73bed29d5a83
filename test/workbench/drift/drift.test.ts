import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Random } from '../../../src/runtime/random.js';
import { sketchScores } from '../../../src/workbench/bundle/sketch.js';
import type { ScoreSketch } from '../../../src/config/bundle.js';
import { chiSquareTail } from '../../../src/workbench/drift/chi-square-tail.js';
import { driftChart } from '../../../src/workbench/drift/drift-chart.js';
import { driftReport } from '../../../src/workbench/drift/drift-report.js';
import { kolmogorovSmirnov } from '../../../src/workbench/drift/kolmogorov-smirnov.js';
import { populationStability } from '../../../src/workbench/drift/population-stability.js';

interface Golden {
  readonly chi2: [x: number, degrees: number, value: number][];
  readonly ks: { a: number[]; b: number[]; statistic: number; p: number }[];
  readonly limit: [n: number, m: number, distance: number, value: number][];
}
const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/drift/scipy.json'), 'utf8')) as Golden;

const ascending = (values: readonly number[]) => [...values].sort((a, b) => a - b);
const sketch = (values: readonly number[]) => sketchScores(values) as ScoreSketch;
const normals = (count: number, seed: number, shift = 0, spread = 1) => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => shift + spread * random.normal());
};
const reference = (
  values: readonly number[],
  threshold: number | null = null,
  expectedShare: number | null = null,
) => ({
  sketch: sketch(values),
  threshold,
  expectedShare,
});

describe('chiSquareTail', () => {
  it('equals scipy', () => {
    for (const [x, degrees, value] of golden.chi2) {
      expect(Math.abs(chiSquareTail(x, degrees) - value), `${x}, ${degrees}`).to.be.at.most(1e-13 + 1e-10 * value);
    }
  });
});

describe('kolmogorovSmirnov', () => {
  it('equals the exact test of scipy, also with ties', () => {
    for (const { a, b, statistic, p } of golden.ks) {
      const found = kolmogorovSmirnov(ascending(a), ascending(b));
      expect(found.exact).to.equal(true);
      expect(found.statistic).to.be.closeTo(statistic, 1e-12);
      expect(found.p_value).to.be.closeTo(p, 1e-11);
    }
  });

  it('takes the limit for large samples', () => {
    for (const [n, m, distance, value] of golden.limit) {
      const a = Array.from({ length: 100 }, (_, i) => i);
      const b = a.map((x) => x + Math.round(100 * distance));
      const found = kolmogorovSmirnov(a, b, { a: n, b: m });
      expect(found.statistic).to.be.closeTo(distance, 1e-12);
      expect(found.p_value, String(distance)).to.be.closeTo(value, 1e-12);
    }
  });

  it('is the same test both ways round', () => {
    const [a, b] = [ascending(normals(40, 1)), ascending(normals(70, 2, 0.3))];
    expect(kolmogorovSmirnov(a, b).p_value).to.be.closeTo(kolmogorovSmirnov(b, a).p_value, 1e-12);
  });
});

describe('populationStability', () => {
  it('equals the formula by hand: two bins of 5, then 8 and 2', () => {
    const before = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
    const found = populationStability(sketch(before), [1, 1, 1, 1, 1, 1, 1, 1, 9, 9]);
    const [low, high, same] = [8.5 / 11, 2.5 / 11, 5.5 / 11];
    const psi = (low - same) * Math.log(low / same) + (high - same) * Math.log(high / same);
    expect(found?.value).to.be.closeTo(psi, 1e-12);
    expect(found?.p_value).to.be.closeTo(chiSquareTail(psi / 0.2, 1), 1e-12);
    expect(found?.bins).to.deep.equal([
      { up_to: 5.5, expected: same, share: low },
      { up_to: null, expected: same, share: high },
    ]);
  });

  it('has no bins where the calibration is too small or all alike', () => {
    expect(populationStability(sketch([1, 2, 3]), [1])).to.equal(null);
    const alike = populationStability(sketch(new Array<number>(50).fill(2)), [2, 2, 2]);
    expect(alike).to.include({ value: 0, p_value: 1 });
  });

  it('finds no more than chance in samples of one distribution', () => {
    const below = Array.from({ length: 200 }, (_, i) => {
      const found = populationStability(sketch(normals(300, 2 * i)), normals(200, 2 * i + 1));
      return found !== null && found.p_value < 0.05;
    }).filter(Boolean).length;
    // 5 % of 200 are 10; a rate of 2 % or 10 % would be seen.
    expect(below).to.be.within(3, 20);
  });
});

describe('driftReport', () => {
  it('calls the same scores stable and others a drift', () => {
    const good = normals(400, 3);
    expect(driftReport(reference(good), normals(300, 4))).to.include({ verdict: 'stable', count: 300 });
    const moved = driftReport(reference(good), normals(300, 5, 1));
    expect(moved.verdict).to.equal('drift');
    expect(moved.reasons.join()).to.match(/KS.*PSI/);
    const median = moved.quantiles.find(({ q }) => q === 0.5);
    expect(median?.shift).to.be.closeTo(1, 0.2);
    expect(median?.shift_in_iqr).to.be.closeTo(1 / 1.349, 0.15);
  });

  it('says nothing from a handful of scores', () => {
    expect(driftReport(reference(normals(5, 1)), normals(500, 2, 9)).verdict).to.equal('too_few');
    expect(driftReport(reference(normals(500, 1)), normals(5, 2, 9)).verdict).to.equal('too_few');
  });

  it('compares the share above the threshold with what it was meant for', () => {
    const good = Array.from({ length: 200 }, (_, i) => i);
    const now = [...good.slice(0, 180), ...new Array<number>(20).fill(199.5)];
    const { anomalous, verdict, reasons } = driftReport(reference(good, 198.5, 0.005), now);
    expect(anomalous).to.deep.include({ count: 20, share: 0.1, reference_share: 0.005, expected: 0.005 });
    // scipy.stats.binomtest(20, 200).proportion_ci(0.99, method='exact')
    expect(anomalous?.interval[0]).to.be.closeTo(0.052932663460055415, 1e-9);
    expect(anomalous?.interval[1]).to.be.closeTo(0.16698393779485632, 1e-9);
    expect(verdict).to.equal('shifted');
    expect(reasons.join()).to.contain('10.00 % are above the threshold, which was meant for 0.50 %');
  });

  it('compares with a sketch of many scores as with all of them', () => {
    const many = normals(20_000, 6);
    const short = sketch(many);
    expect(short).to.include({ count: 20_000, exact: false });
    expect(short.scores).to.have.length(1024);
    const now = normals(2000, 7, 0.05);
    const whole: ScoreSketch = { count: 20_000, exact: true, scores: ascending(many) };
    const [a, b] = [short, whole].map((given) =>
      driftReport({ sketch: given, threshold: null, expectedShare: null }, now),
    );
    expect(a.ks.statistic).to.be.closeTo(b.ks.statistic, 1e-3);
    expect(a.psi?.value).to.be.closeTo(b.psi?.value ?? NaN, 2e-3);
  });
});

describe('driftChart', () => {
  it('is an SVG document with both curves and the threshold, also for one score', () => {
    for (const scores of [normals(900, 1), [3]]) {
      const text = driftChart(reference(normals(60, 2), 1.5), scores);
      expect(text).to.match(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" /);
      expect(text).to.match(/<path class="reference".*<path class="now"/s);
      expect(text).to.contain('class="threshold"');
      expect(text).to.not.match(/NaN|Infinity|undefined/);
    }
  });
});
