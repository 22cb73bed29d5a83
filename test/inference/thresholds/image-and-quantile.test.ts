import { expect } from 'chai';
import { fitImageThreshold } from '../../../src/inference/thresholds/image-threshold.js';
import { PixelQuantile } from '../../../src/inference/thresholds/pixel-quantile.js';
import { quantile } from '../../../src/inference/thresholds/quantile.js';
import { DataError } from '../../../src/errors.js';
import { rule } from '../../support/rule.js';
import { Random } from '../../../src/runtime/random.js';

describe('quantile', () => {
  it('interpolates between order statistics as NumPy does', () => {
    expect(quantile([1, 2, 3, 4], 0.5)).to.equal(2.5);
    expect(quantile([1, 2, 3, 4], 0.9)).to.be.closeTo(3.7, 1e-12);
    expect(quantile([1, 2, 3, 4], 0)).to.equal(1);
    expect(quantile([1, 2, 3, 4], 1)).to.equal(4);
    expect(quantile([5], 0.3)).to.equal(5);
  });
});

describe('image threshold', () => {
  const scores = [3, 1, 2, 4, 5];

  it('prefers an explicit quantile over a contamination over the fallback', () => {
    const fit = (q: number | null, contamination: number | null) =>
      fitImageThreshold({ scores, split: 'held_out', rule: rule({ quantile: q }), contamination });
    expect(fit(0.5, 0.1).value).to.equal(3);
    expect(fit(0.5, 0.1).provenance.source).to.equal('explicit');
    expect(fit(null, 0.25).value).to.equal(4);
    expect(fit(null, 0.25).provenance.source).to.equal('contamination');
    expect(fit(null, null).provenance).to.include({ source: 'fallback', quantile: 0.995, calibration_count: 5 });
  });

  it('summarises the scores it was read from', () => {
    const { provenance } = fitImageThreshold({ scores, split: 'val', rule: rule({}), contamination: null });
    expect(provenance.score_summary).to.deep.include({ count: 5, min: 1, max: 5, mean: 3, std: Math.SQRT2 });
  });

  it('refuses to invent a threshold', () => {
    const none = () => fitImageThreshold({ scores: [], split: 'held_out', rule: rule({}), contamination: null });
    expect(none).to.throw(DataError, 'needs scores of good pictures');
  });
});

describe('pixel quantile', () => {
  it('equals the quantile of all values at once', () => {
    const random = new Random(5);
    const values = Float32Array.from({ length: 3000 }, () => random.normal());
    const pixels = new PixelQuantile();
    for (let i = 0; i < 3000; i += 500) pixels.add(values.subarray(i, i + 500));
    expect(pixels.exact).to.equal(true);
    expect(pixels.count).to.equal(3000);
    expect(pixels.result(0.999)).to.equal(quantile(values.slice().sort(), 0.999));
  });

  it('goes over to a histogram that errs upwards by less than 2^-12', () => {
    const random = new Random(6);
    const values = Float32Array.from({ length: 4000 }, () => random.normal());
    const pixels = new PixelQuantile(1000);
    for (let i = 0; i < 4000; i += 500) pixels.add(values.subarray(i, i + 500));
    expect(pixels.exact).to.equal(false);
    for (const q of [0.01, 0.3, 0.9, 0.999]) {
      const exact = values.slice().sort()[Math.floor(q * 3999)];
      const found = pixels.result(q);
      expect(found).to.be.at.least(exact);
      expect(Math.abs(found - exact)).to.be.at.most(Math.abs(exact) * 2 ** -12);
    }
  });

  it('refuses values that are not finite', () => {
    expect(() => new PixelQuantile().add(Float32Array.of(1, NaN))).to.throw(DataError, 'must be finite');
  });
});
