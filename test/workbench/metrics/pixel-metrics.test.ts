import { expect } from 'chai';
import fc from 'fast-check';
import { ConfigError, DataError, ShapeError } from '../../../src/errors.js';
import { Random } from '../../../src/runtime/random.js';
import { auroc } from '../../../src/workbench/metrics/auroc.js';
import { Aupro } from '../../../src/workbench/metrics/aupro.js';
import { averagePrecision } from '../../../src/workbench/metrics/average-precision.js';
import { bestF1 } from '../../../src/workbench/metrics/best-f1.js';
import { PixelRanking } from '../../../src/workbench/metrics/pixel-ranking.js';
import { ScoreHistogram } from '../../../src/workbench/metrics/score-histogram.js';
import { SegF1 } from '../../../src/workbench/metrics/seg-f1.js';

interface Case {
  height: number;
  width: number;
  map: number[];
  mask: number[];
}

function feed<A extends { add(map: Float32Array, mask: Uint8Array | null, size: Case): void }>(
  to: A,
  pictures: Case[],
): A {
  for (const picture of pictures) to.add(Float32Array.from(picture.map), Uint8Array.from(picture.mask), picture);
  return to;
}

const pictures = (levels: number) =>
  fc.array(
    fc
      .record({ height: fc.integer({ min: 1, max: 6 }), width: fc.integer({ min: 1, max: 7 }) })
      .chain(({ height, width }) => {
        const pixels = { minLength: height * width, maxLength: height * width };
        return fc.record({
          height: fc.constant(height),
          width: fc.constant(width),
          map: fc.array(
            fc.integer({ min: -2, max: levels }).map((n) => n / 8),
            pixels,
          ),
          mask: fc.array(fc.constantFrom(0, 0, 0, 1, 255), pixels),
        });
      }),
    { maxLength: 4 },
  );

/** Regions by flood fill, then every distinct score as a threshold, every region on its own. */
function slowAupro(cases: Case[], limit: number): number | null {
  const regions: number[][] = [];
  const normals: number[] = [];
  for (const { height, width, map, mask } of cases) {
    const seen = new Set<number>();
    mask.forEach((value, start) => {
      if (value === 0) return normals.push(map[start]);
      if (seen.has(start)) return;
      seen.add(start);
      const stack = [start];
      const region: number[] = [];
      while (stack.length > 0) {
        const p = stack.pop()!;
        region.push(map[p]);
        for (let dy = -1; dy <= 1; dy++) {
          for (let dx = -1; dx <= 1; dx++) {
            const y = Math.floor(p / width) + dy;
            const x = (p % width) + dx;
            const q = y * width + x;
            if (y < 0 || x < 0 || y >= height || x >= width || mask[q] === 0 || seen.has(q)) continue;
            seen.add(q);
            stack.push(q);
          }
        }
      }
      regions.push(region);
    });
  }
  if (regions.length === 0 || normals.length === 0) return null;
  const share = (values: number[], threshold: number) => values.filter((v) => v >= threshold).length / values.length;
  const thresholds = [...new Set([...normals, ...regions.flat()])].sort((a, b) => b - a);
  const curve = thresholds.map((t) => ({
    x: share(normals, t),
    y: regions.reduce((sum, r) => sum + share(r, t), 0) / regions.length,
  }));
  let area = 0;
  let last = { x: 0, y: 0 };
  for (const point of curve) {
    const end = Math.min(point.x, limit);
    const y = point.x === last.x ? point.y : last.y + ((point.y - last.y) * (end - last.x)) / (point.x - last.x);
    if (end > last.x) area += ((end - last.x) * (last.y + y)) / 2;
    if (point.x >= limit) break;
    last = point;
  }
  return area / limit;
}

describe('PixelRanking', () => {
  it('equals the image metrics over all pixels of pictures of different sizes', () => {
    fc.assert(
      fc.property(pictures(12), (cases) => {
        const scores = cases.flatMap((c) => c.map);
        const labels = cases.flatMap((c) => c.mask);
        const result = feed(new PixelRanking(), cases).result();
        expect(result.auroc).to.equal(auroc(scores, labels));
        expect(result.averagePrecision).to.equal(averagePrecision(scores, labels));
        expect(result.bestF1).to.deep.equal(bestF1(scores, labels));
        expect(result.resolution).to.equal(0);
      }),
      { numRuns: 50 },
    );
  });

  it('takes a good picture without a mask', () => {
    const ranking = feed(new PixelRanking(), [{ height: 1, width: 2, map: [1, 4], mask: [0, 1] }]);
    ranking.add(Float32Array.of(2, 5), null, { height: 1, width: 2 });
    expect(ranking.result().auroc).to.equal(2 / 3);
  });

  it('refuses scores that are not finite and sizes that do not fit', () => {
    const size = { height: 1, width: 2 };
    for (const bad of [NaN, Infinity, -Infinity]) {
      expect(() => new PixelRanking().add(Float32Array.of(1, bad), null, size)).to.throw(
        DataError,
        `score 1 is ${bad}`,
      );
    }
    expect(() => new PixelRanking().add(new Float32Array(3), null, size)).to.throw(ShapeError, '1 x 2');
    expect(() => new PixelRanking().add(new Float32Array(2), new Uint8Array(1), size)).to.throw(ShapeError, '1 mask');
  });
});

describe('ScoreHistogram', () => {
  const scores = Float32Array.from({ length: 20000 }, (_, i) => {
    const random = new Random(i).uniform(-3, 3);
    return Math.sign(random) * Math.exp(Math.abs(random));
  });

  it('keeps every float apart and in order while there is room', () => {
    const some = scores.slice(0, 500);
    const histogram = new ScoreHistogram();
    histogram.add(some, null);
    const sorted = [...new Set(some)].sort((a, b) => b - a);
    expect([...histogram.descending()].map((bin) => bin.score)).to.deep.equal(sorted);
  });

  it('joins neighbours when there is not: nothing is lost, order and resolution hold', () => {
    const histogram = new ScoreHistogram(16);
    histogram.add(
      scores,
      scores.map((_, i) => (i % 5 === 0 ? 0.25 : 0)),
    );
    const bins = [...histogram.descending()];
    expect(histogram.resolution).to.be.above(0).and.below(1e-2);
    expect(bins.reduce((sum, bin) => sum + bin.negatives, 0)).to.equal(16000);
    expect(bins.reduce((sum, bin) => sum + bin.positives, 0)).to.be.closeTo(1000, 1e-9);
    bins.slice(1).forEach((bin, i) => expect(bin.score).to.be.below(bins[i].score));

    const atLeast = (cut: number) => scores.filter((s) => s >= cut).length;
    for (let i = 0; i < bins.length; i += 97) {
      const counted = bins.slice(0, i + 1).reduce((sum, bin) => sum + bin.negatives + 4 * bin.positives, 0);
      const slack = Math.abs(bins[i].score) * histogram.resolution;
      expect(counted).to.be.within(atLeast(bins[i].score + slack), atLeast(bins[i].score - slack));
    }
  });

  it('puts -0 and 0 into one bin', () => {
    const histogram = new ScoreHistogram();
    histogram.add(Float32Array.of(-0, 0), null);
    expect([...histogram.descending()]).to.deep.equal([{ score: 0, positives: 0, negatives: 2 }]);
  });
});

describe('Aupro', () => {
  it('gives the value worked out by hand', () => {
    // Two regions (areas 1 and 2), four normal pixels. From high to low: 9 region B, 8 normal, 7 region A and B, 1 normal.
    const picture = { height: 1, width: 7, map: [7, 1, 8, 9, 7, 1, 1], mask: [1, 0, 0, 1, 1, 0, 0] };
    const aupro = feed(new Aupro(), [picture]);
    // PRO 0.25 up to FPR 0.25, then 1.
    expect(aupro.result(0.25)).to.deep.equal({ aupro: 0.25, regions: 2, resolution: 0 });
    expect(aupro.result(1).aupro).to.be.closeTo(0.25 * 0.25 + 0.75, 1e-12);
    expect(aupro.result(0.5).aupro).to.be.closeTo((0.25 * 0.25 + 0.25) / 0.5, 1e-12);
  });

  it('is 1 for perfect maps, half the limit for constant ones', () => {
    const perfect = { height: 2, width: 2, map: [5, 0, 0, 0], mask: [255, 0, 0, 0] };
    expect(feed(new Aupro(), [perfect]).result().aupro).to.equal(1);
    expect(feed(new Aupro(), [{ ...perfect, map: [1, 1, 1, 1] }]).result().aupro).to.be.closeTo(0.15, 1e-12);
  });

  it('counts diagonal neighbours as one region and a small region as much as a large one', () => {
    const diagonal = { height: 2, width: 2, map: [1, 0, 0, 1], mask: [1, 0, 0, 1] };
    expect(feed(new Aupro(), [diagonal]).result().regions).to.equal(1);
    const uneven = { height: 1, width: 6, map: [9, 1, 0, 0, 0, 0], mask: [1, 0, 1, 1, 1, 1] };
    expect(feed(new Aupro(), [uneven]).result(0.3).aupro).to.be.closeTo(0.5, 1e-12);
  });

  it('is null without a region or without a normal pixel', () => {
    expect(feed(new Aupro(), [{ height: 1, width: 2, map: [1, 2], mask: [0, 0] }]).result().aupro).to.equal(null);
    expect(feed(new Aupro(), [{ height: 1, width: 2, map: [1, 2], mask: [1, 1] }]).result().aupro).to.equal(null);
    expect(new Aupro().result()).to.deep.equal({ aupro: null, regions: 0, resolution: 0 });
  });

  it('equals the slow way: flood fill, every threshold, every region', () => {
    fc.assert(
      fc.property(pictures(12), fc.constantFrom(0.05, 0.3, 0.5, 1), (cases, limit) => {
        const got = feed(new Aupro(), cases).result(limit).aupro;
        const expected = slowAupro(cases, limit);
        if (expected === null) return void expect(got).to.equal(null);
        expect(got)
          .to.be.closeTo(expected, 1e-10)
          .and.within(0, 1 + 1e-12);
      }),
      { numRuns: 80 },
    );
  });

  it('refuses a limit outside 0 to 1', () => {
    for (const limit of [0, -1, 1.1, NaN]) expect(() => new Aupro().result(limit)).to.throw(ConfigError, 'limit');
  });
});

describe('SegF1', () => {
  it('flags values on the threshold, which is rounded to float32 like the maps', () => {
    const picture = { height: 1, width: 5, map: [0.7, 0.8, 0.1, 0.9, 0.2], mask: [1, 0, 1, 1, 0] };
    expect(feed(new SegF1(0.7), [picture]).result()).to.deep.equal({
      tp: 2,
      fp: 1,
      tn: 1,
      fn: 1,
      precision: 2 / 3,
      recall: 2 / 3,
      specificity: 0.5,
      accuracy: 0.6,
      f1: 2 / 3,
      iou: 0.5,
      falsePositiveRate: 0.5,
    });
  });

  it('adds up over pictures, good ones without a mask included', () => {
    const counts = feed(new SegF1(1), [{ height: 1, width: 2, map: [2, 0], mask: [1, 1] }]);
    counts.add(Float32Array.of(3), null, { height: 1, width: 1 });
    expect(counts.result()).to.include({ tp: 1, fp: 1, fn: 1, tn: 0, f1: 0.5 });
  });

  it('gives null where nothing is defective and nothing flagged', () => {
    const result = feed(new SegF1(1), [{ height: 1, width: 1, map: [0], mask: [0] }]).result();
    expect(result).to.include({ f1: null, iou: null, falsePositiveRate: 0 });
  });
});
