import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fitImageThreshold } from '../../../src/inference/thresholds/image-threshold.js';
import { labelConfidence } from '../../../src/inference/thresholds/label-confidence.js';
import { peaksOverThreshold } from '../../../src/inference/thresholds/peaks-over-threshold.js';
import { PixelQuantile } from '../../../src/inference/thresholds/pixel-quantile.js';
import { rule } from '../../support/rule.js';
import { resolveQuantile } from '../../../src/inference/thresholds/resolve-quantile.js';
import { bestF1 } from '../../../src/workbench/metrics/best-f1.js';
import { readNpy } from '../../support/npy.js';
import { describeWithShared } from '../../support/shared.js';

// The thresholds of the Python system on fixed scores and maps.

interface Expected {
  readonly threshold: number;
  readonly confidence: readonly number[];
}

interface Case {
  readonly id: string;
  readonly name: string;
  readonly category: string;
}

describeWithShared('thresholds of the Python system', ['golden', 'cases'], (cases) => {
  const index = cases === '' ? [] : (read(join(cases, '../index.json')).cases as Case[]);
  const of = (category: string) => index.filter((entry) => entry.category === category);

  for (const { id, name } of of('score_threshold')) {
    it(`image: ${name}`, () => {
      const scores = Array.from(readNpy(join(cases, id, 'scores.npy')).data as Float64Array, Math.fround);
      const expected = read(join(cases, id, 'expected.json')).cli_calibrate_threshold as Record<string, number>;
      for (const [q, value] of Object.entries(expected)) {
        const found = fitImageThreshold({
          scores,
          split: 'held_out',
          rule: rule({ quantile: Number(q) }),
          contamination: null,
        });
        expect(found.value).to.be.closeTo(value, 1e-12 * Math.abs(value));
      }
    });
  }

  for (const { id, name } of of('score_threshold')) {
    it(`confidence of labels: ${name}`, () => {
      const scores = Array.from(readNpy(join(cases, id, 'scores.npy')).data as Float64Array);
      const range = { min: Math.min(...scores), max: Math.max(...scores) };
      const expected = read(join(cases, id, 'expected.json')).contamination_percentile as Record<string, Expected>;
      for (const { threshold, confidence } of Object.values(expected)) {
        confidence.forEach((value, i) => {
          expect(labelConfidence(scores[i], threshold, range)).to.be.closeTo(value, 1e-9);
        });
      }
    });
  }

  it('the quantile that becomes the threshold', () => {
    const [{ id }] = of('score_quantile_resolution');
    const expected = read(join(cases, id, 'expected.json')) as {
      contamination: unknown;
      explicit: number;
      q?: number;
      source: string;
    }[];
    for (const { contamination, explicit, q, source } of expected) {
      // What is no number, and quantiles outside of 0 to 1, the codecs refuse before.
      if (q === undefined || typeof contamination === 'string') continue;
      expect(resolveQuantile(explicit, contamination as number | null)).to.deep.equal({ q, source });
    }
  });

  for (const { id, name } of of('pot_threshold')) {
    it(`peaks over threshold: ${name}`, () => {
      const sorted = Float64Array.from(readNpy(join(cases, id, 'scores.npy')).data as Float64Array).sort();
      const { alpha, tail_fraction } = read(join(cases, id, 'config.json')).config;
      const { threshold, info } = read(join(cases, id, 'expected.json'));
      const { value, tail } = peaksOverThreshold(sorted, { q: 1 - alpha, tailFraction: tail_fraction });
      expect(tail.exceedances).to.equal(info.nu);
      expect(tail.level).to.be.closeTo(info.u, 1e-12);
      // A shape below -1 is a corner of the likelihood, which has no maximum there: the plain quantile is taken instead.
      if (info.shape < -1) expect(tail.fallback).to.equal('no_maximum');
      else expect(value).to.be.closeTo(threshold, 1e-3 * threshold);
      if (info.shape > -1) expect(tail.shape).to.be.closeTo(info.shape, 2e-3);
    });
  }

  for (const { id, name } of of('fewshot_threshold')) {
    it(`supervised F1: ${name}`, () => {
      const scores = (file: string) => Array.from(readNpy(join(cases, id, file)).data as Float64Array);
      const [normal, anomaly] = [scores('normal.npy'), scores('anomaly.npy')];
      const labels = [...normal.map(() => 0), ...anomaly.map(() => 1)];
      const f1 = (flagged: (score: number) => boolean) => {
        const tp = anomaly.filter(flagged).length;
        return (2 * tp) / (tp + normal.filter(flagged).length + anomaly.length);
      };
      const { threshold } = bestF1([...normal, ...anomaly], labels) as { threshold: number };
      const theirs = read(join(cases, id, 'expected.json')).f1 as number;
      // Theirs is the score that is still flagged (>=); ours lies between it and the next one (>).
      expect(f1((score) => score > threshold)).to.equal(f1((score) => score >= theirs));
    });
  }

  for (const { id, name } of of('pixel_threshold').filter((entry) => /^(quantile|roi)_/.test(entry.name))) {
    it(`pixel: ${name}`, () => {
      const { shape, data } = readNpy(join(cases, id, 'maps.npy'));
      const { pixel_normal_quantile: q, roi_xyxy_norm: roi } = read(join(cases, id, 'config.json')).config;
      const { threshold, provenance } = read(join(cases, id, 'expected.json'));
      const pixels = new PixelQuantile();
      pixels.add(inside(data as Float32Array, shape, provenance.roi_reason === 'roi_empty' ? null : roi));
      expect(pixels.result(q)).to.be.closeTo(threshold, 1e-12 * Math.abs(threshold));
    });
  }
});

/** The pixels of all maps that lie in a normalised rectangle: corners clamped and ordered, ends half open. */
function inside(maps: Float32Array, [n, h, w]: number[], roi: number[] | null): Float32Array {
  if (roi === null) return maps;
  const [xa, ya, xb, yb] = roi.map((value) => Math.min(1, Math.max(0, value)));
  const [x0, x1] = [Math.floor(Math.min(xa, xb) * w), Math.ceil(Math.max(xa, xb) * w)];
  const [y0, y1] = [Math.floor(Math.min(ya, yb) * h), Math.ceil(Math.max(ya, yb) * h)];
  const out: number[] = [];
  for (let i = 0; i < n; i++) {
    for (let y = y0; y < y1; y++) out.push(...maps.subarray((i * h + y) * w + x0, (i * h + y) * w + x1));
  }
  return Float32Array.from(out);
}

function read(path: string) {
  return JSON.parse(readFileSync(path, 'utf8'));
}
