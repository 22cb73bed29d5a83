import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fitImageThreshold } from '../../../src/inference/thresholds/image-threshold.js';
import { PixelQuantile } from '../../../src/inference/thresholds/pixel-quantile.js';
import { rule } from '../../support/rule.js';
import { readNpy } from '../../support/npy.js';
import { describeWithShared } from '../../support/shared.js';

// The thresholds of the Python system on fixed scores and maps.

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
