import { expect } from 'chai';
import type { Picture } from '../../../src/data/picture.js';
import { BLENDS } from '../../../src/data/synthesis/anomalies/blend-painting.js';
import { pasteBanked } from '../../../src/data/synthesis/anomalies/paste-banked.js';
import { PRESETS } from '../../../src/data/synthesis/anomalies/presets.js';
import {
  isGray,
  synthesizeAnomaly,
  type AnomalyRule,
} from '../../../src/data/synthesis/anomalies/synthesize-anomaly.js';
import { Random } from '../../../src/runtime/random.js';

const [height, width] = [72, 96];

/** A surface with a pattern, so that what is bent or blurred can be seen. */
function host(kind: 'color' | 'gray' | 'deep'): Picture {
  const Values = kind === 'deep' ? Uint16Array : Uint8Array;
  const rgb = new Values(height * width * 3);
  for (let i = 0; i < rgb.length; i++) {
    const pixel = Math.floor(i / 3);
    const [y, x] = [Math.floor(pixel / width), pixel % width];
    const level = 120 + 50 * Math.sin(1.3 * x) * Math.sin(y / 2) + (kind === 'gray' ? 0 : 12 * (i % 3));
    rgb[i] = Math.round(kind === 'deep' ? 257 * level : level);
  }
  return { height, width, rgb, source: kind };
}

const rule = (preset: string): AnomalyRule => ({
  preset,
  painter: PRESETS[preset],
  blend: 'alpha',
  alpha: 0.9,
  severity: [0.6, 1],
  defects: [1, 1],
  roi: null,
  tries: 8,
});

/** The strongest change of a pixel, in shares of the brightest level. */
function changes(before: Picture, after: Picture): Float32Array {
  const most = before.rgb instanceof Uint16Array ? 65_535 : 255;
  return Float32Array.from({ length: height * width }, (_, i) =>
    Math.max(...[0, 1, 2].map((c) => Math.abs(before.rgb[3 * i + c] - after.rgb[3 * i + c]) / most)),
  );
}

describe('synthesizeAnomaly', () => {
  for (const preset of Object.keys(PRESETS)) {
    it(`${preset}: shows within its mask and nowhere else, in colour, grey and 16 bits, and the same for the same seed`, () => {
      for (const kind of ['color', 'gray', 'deep'] as const) {
        const picture = host(kind);
        const before = picture.rgb.slice();
        const made = synthesizeAnomaly(picture, rule(preset), new Random(5))!;
        expect(made, kind).not.to.equal(null);
        expect(picture.rgb, 'the host').to.deep.equal(before);
        expect(made.picture.rgb.constructor).to.equal(picture.rgb.constructor);
        if (kind === 'gray') expect(isGray(made.picture), 'grey').to.equal(true);
        const change = changes(picture, made.picture);
        expect(Math.max(...change.filter((_, i) => made.mask[i] === 0), 0), `${kind} outside`).to.be.lessThan(7 / 255);
        expect(Math.max(...change.filter((_, i) => made.mask[i] === 1)), `${kind} inside`).to.be.greaterThan(17 / 255);
      }
      const other = synthesizeAnomaly(host('color'), rule(preset), new Random(6))!;
      const first = synthesizeAnomaly(host('color'), rule(preset), new Random(5))!;
      expect(synthesizeAnomaly(host('color'), rule(preset), new Random(5))).to.deep.equal(first);
      expect(other.picture.rgb).not.to.deep.equal(first.picture.rgb);
    });
  }

  it('keeps to the region of interest, with every blend', () => {
    const data = Uint8Array.from({ length: height * width }, (_, i) => (i % width > 60 ? 1 : 0));
    const picture = host('color');
    for (const blend of BLENDS) {
      for (const preset of ['stain', 'cutpaste', 'defocus', 'illumination']) {
        const options = { ...rule(preset), blend, roi: { height, width, data }, tries: 40 };
        const made = synthesizeAnomaly(picture, options, new Random(2))!;
        const change = changes(picture, made.picture);
        expect(Math.max(...change.filter((_, i) => data[i] === 0)), `${preset} ${blend}`).to.equal(0);
        expect(
          made.mask.some((value, i) => value === 1 && data[i] === 0),
          `${preset} ${blend}`,
        ).to.equal(false);
      }
    }
  });

  it('plants as many defects as asked, and none that cannot be seen', () => {
    const made = synthesizeAnomaly(host('color'), { ...rule('pit'), defects: [3, 3] }, new Random(1))!;
    expect(made.defects.map(({ preset }) => preset)).to.deep.equal(['pit', 'pit', 'pit']);
    expect(made.defects.every(({ severity }) => severity >= 0.6 && severity <= 1)).to.equal(true);
    const white = { ...host('color'), rgb: new Uint8Array(height * width * 3).fill(255) };
    expect(synthesizeAnomaly(white, rule('glare'), new Random(1))).to.equal(null);
  });

  it('leaves a banked defect where its mask is, in a seamless blend too', () => {
    const bank = [
      {
        source: 'dot',
        height: 20,
        width: 20,
        rgb: Float32Array.from({ length: 1200 }, (_, i) => (inDot(Math.floor(i / 3)) ? 0 : 0.8)),
        mask: Uint8Array.from({ length: 400 }, (_, i) => (inDot(i) ? 1 : 0)),
      },
    ];
    const flat = { ...host('color'), rgb: new Uint8Array(height * width * 3).fill(150) };
    for (const blend of BLENDS) {
      for (let seed = 0; seed < 5; seed++) {
        const made = synthesizeAnomaly(
          flat,
          { ...rule('bank'), painter: pasteBanked(bank), blend, severity: [1, 1], tries: 20 },
          new Random(seed),
        )!;
        const change = changes(flat, made.picture);
        const inside = change.filter((_, i) => made.mask[i] === 1);
        expect(inside.reduce((sum, v) => sum + v, 0) / inside.length, `${blend} ${seed}`).to.be.greaterThan(0.2);
        expect(Math.max(...change.filter((_, i) => made.mask[i] === 0)), `${blend} ${seed}`).to.be.lessThan(7 / 255);
      }
    }
  });
});

function inDot(pixel: number): boolean {
  return Math.hypot((pixel % 20) - 9.5, Math.floor(pixel / 20) - 9.5) < 6;
}
