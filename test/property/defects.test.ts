import { expect } from 'chai';
import fc from 'fast-check';
import { decode } from '../../src/config/codec.js';
import { DefectsConfig } from '../../src/config/defects.js';
import { type DefectsResult } from '../../src/defects/find-defects.js';
import { findDefectsInArray } from '../../src/defects/map-stages/find-defects-in-array.js';
import { type Region } from '../../src/defects/region.js';
import { medianBlur } from '../../src/ops/median.js';
import { startRuntime } from '../../src/runtime/start.js';
import { tf } from '../../src/runtime/tf.js';
import { floodFill } from '../support/flood-fill.js';
import { type RandomMap, randomMaps } from '../support/random-map.js';
import { propertyRuns } from './runs.js';

const THRESHOLD = 0.4;

function find(map: RandomMap, keys: object = {}): Promise<DefectsResult> {
  const config = decode(DefectsConfig, keys, 'config');
  return findDefectsInArray(map.data, map, { config, pixelThreshold: THRESHOLD, semantics: 2 });
}

const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null });
const level = fc.integer({ min: 10, max: 60 }).map((n) => n / 64);
const odd = fc.constantFrom(0, 0, 3, 5);

/** Any mixture of the controls that treats left and right, top and bottom alike. */
const controls = fc
  .record({
    border_ignore_px: fc.constantFrom(0, 0, 1, 3),
    map_smoothing: fc.constantFrom(
      { method: 'none' },
      { method: 'median', ksize: 3 },
      { method: 'median', ksize: 7 },
      { method: 'box', ksize: 3 },
    ),
    hysteresis: fc
      .record({ enabled: fc.boolean(), a: level, b: level })
      .map(({ enabled, a, b }) => ({ enabled, low: Math.min(a, b), high: Math.max(a, b) })),
    shape_filters: fc.record({
      min_fill_ratio: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
      max_aspect_ratio: maybe(fc.double({ min: 1, max: 8, noNaN: true })),
      min_solidity: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
      min_compactness: maybe(fc.double({ min: 0, max: 0.6, noNaN: true })),
    }),
    merge_nearby: fc.record({
      enabled: fc.boolean(),
      max_gap_px: fc.integer({ min: 0, max: 4 }),
      distance: fc.constantFrom('box', 'pixels'),
    }),
    min_area: fc.constantFrom(0, 2, 5),
    min_score_max: maybe(level),
    min_score_mean: maybe(level),
    open_ksize: odd,
    close_ksize: odd,
    fill_holes: fc.boolean(),
    mask_dilate_ksize: odd,
    roi_xyxy_norm: fc.constantFrom(null, null, [0.125, 0.25, 0.875, 0.75]),
  })
  .map((keys) => ({ ...keys, outline: false }));
const cuts = fc.record({
  max_regions: maybe(fc.integer({ min: 1, max: 4 })),
  max_regions_sort_by: fc.constantFrom('score_max', 'score_mean', 'area'),
  min_score_max_quantile: maybe(fc.double({ min: 0, max: 1, noNaN: true })),
});

async function holds<T extends unknown[]>(
  arbitraries: { [K in keyof T]: fc.Arbitrary<T[K]> },
  body: (...values: T) => Promise<void>,
): Promise<void> {
  await fc.assert(fc.asyncProperty(...(arbitraries as [fc.Arbitrary<unknown>]), body as never), {
    numRuns: propertyRuns,
  });
}

/** The map turned by one of the eight symmetries, and where a box goes. */
function turned(map: RandomMap, symmetry: number): { map: RandomMap; box: (b: number[]) => number[] } {
  const { height, width, data } = map;
  const transpose = (symmetry & 4) !== 0;
  const at = (y: number, x: number): [number, number] => {
    const row = (symmetry & 1) !== 0 ? height - 1 - y : y;
    const column = (symmetry & 2) !== 0 ? width - 1 - x : x;
    return transpose ? [column, row] : [row, column];
  };
  const out = new Float32Array(data.length);
  const columns = transpose ? height : width;
  data.forEach((value, p) => {
    const [y, x] = at(Math.floor(p / width), p % width);
    out[y * columns + x] = value;
  });
  const box = ([x1, y1, x2, y2]: number[]) => {
    const [[ya, xa], [yb, xb]] = [at(y1, x1), at(y2, x2)];
    return [Math.min(xa, xb), Math.min(ya, yb), Math.max(xa, xb), Math.max(ya, yb)];
  };
  return { map: { height: transpose ? width : height, width: columns, data: out }, box };
}

/** What does not depend on where and which way round a region lies. */
function shapeOf({ id: _, merged_from_ids, centroid_xy: _c, orientation_deg: _o, ...rest }: Region, box?: number[]) {
  return JSON.stringify({ ...rest, bbox_xyxy: box ?? rest.bbox_xyxy, parts: merged_from_ids?.length ?? 1 });
}

describe('properties of the defects stages, semantics 2', function () {
  this.timeout(600_000);
  before(() => startRuntime('wasm'));

  it('the mask is the union of the reported regions', () =>
    holds([randomMaps(), controls, cuts], async (map, keys, cut) => {
      const { mask, regions } = await find(map, { ...keys, ...cut });
      const { count, labels } = floodFill(mask.data, map, 8);
      const firstPixels = Array.from({ length: count }, (_, i) => 1 + labels.indexOf(i + 1));
      const ids = regions.flatMap(({ id, merged_from_ids }) => merged_from_ids ?? [id]);
      expect(ids.sort((a, b) => a - b)).to.deep.equal(firstPixels);
      expect(regions.reduce((sum, { area }) => sum + area, 0)).to.equal(mask.data.reduce((sum, v) => sum + v, 0));
      for (const { bbox_xyxy: b, area, merged_from_ids, id } of regions) {
        const own = (merged_from_ids ?? [id]).map((first) => labels[first - 1]);
        const pixels = [...labels.keys()].filter((p) => own.includes(labels[p]));
        const [xs, ys] = [pixels.map((p) => p % map.width), pixels.map((p) => Math.floor(p / map.width))];
        expect(area).to.equal(pixels.length);
        expect(b).to.deep.equal([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)]);
      }
    }));

  it('every region obeys every filter and lies where it may', () =>
    holds([randomMaps(), controls, cuts], async (map, keys, cut) => {
      const { regions } = await find(map, { ...keys, ...cut });
      const { shape_filters: shape } = keys;
      for (const r of regions) {
        const [x1, y1, x2, y2] = r.bbox_xyxy;
        expect(r.area).to.be.at.least(keys.min_area);
        expect(r.score_max).to.be.at.least(keys.min_score_max ?? -Infinity);
        expect(r.score_mean).to.be.at.least(keys.min_score_mean ?? -Infinity);
        expect(r.fill_ratio).to.be.at.least(shape.min_fill_ratio ?? 0);
        expect(r.aspect_ratio).to.be.at.most(shape.max_aspect_ratio ?? Infinity);
        expect(r.solidity)
          .to.be.at.least(shape.min_solidity ?? 0)
          .and.at.most(1);
        expect(r.compactness)
          .to.be.at.least(shape.min_compactness ?? 0)
          .and.at.most(1);
        expect(r.border_distance).to.be.at.least(keys.border_ignore_px);
        if (keys.roi_xyxy_norm !== null) {
          const [left, top, right, bottom] = keys.roi_xyxy_norm;
          expect([x1 >= Math.floor(left * map.width), x2 < Math.ceil(right * map.width)]).to.deep.equal([true, true]);
          expect([y1 >= Math.floor(top * map.height), y2 < Math.ceil(bottom * map.height)]).to.deep.equal([true, true]);
        }
      }
      expect(regions.length).to.be.at.most(cut.max_regions ?? Infinity);
      const key = cut.max_regions_sort_by as 'area';
      regions.slice(1).forEach((r, i) => expect(r[key]).to.be.at.most(regions[i][key]));
    }));

  it('turning and flipping the map turns and flips the regions', () =>
    holds([randomMaps(), controls, fc.integer({ min: 1, max: 7 })], async (map, keys, symmetry) => {
      // The box sums of a turned map round differently, its region of interest would have to turn too, and OpenCV's
      // ellipse of 5 is wider than high.
      const config = { ...keys, roi_xyxy_norm: null, map_smoothing: { method: 'median', ksize: 3 } };
      if (symmetry >= 4 && config.mask_dilate_ksize === 5) config.mask_dilate_ksize = 3;
      const { map: other, box } = turned(map, symmetry);
      const [here, there] = [await find(map, config), await find(other, config)];
      const expected = here.regions.map((r) => shapeOf(r, box(r.bbox_xyxy))).sort();
      expect(there.regions.map((r) => shapeOf(r)).sort()).to.deep.equal(expected);
    }));

  it('two copies of a map side by side have the regions of both', () =>
    holds([randomMaps(16), controls], async (map, keys) => {
      const config = { ...keys, roi_xyxy_norm: null, border_ignore_px: 0, map_smoothing: { method: 'none' } };
      const margin = 12;
      const padded = placed(map, map.height + 2 * margin, map.width + 2 * margin, margin, margin);
      const twice = new Float32Array(2 * padded.data.length);
      for (let y = 0; y < padded.height; y++) {
        const row = padded.data.subarray(y * padded.width, (y + 1) * padded.width);
        twice.set(row, 2 * y * padded.width);
        twice.set(row, (2 * y + 1) * padded.width);
      }
      const [one, two] = [
        await find(padded, config),
        await find({ ...padded, width: 2 * padded.width, data: twice }, config),
      ];
      const plain = ({ border_distance: _, ...r }: Region) => r as Region;
      const moved = ([x1, y1, x2, y2]: number[]) => [x1 + padded.width, y1, x2 + padded.width, y2];
      const expected = one.regions.flatMap((r) => [shapeOf(plain(r)), shapeOf(plain(r), moved(r.bbox_xyxy))]);
      expect(two.regions.map((r) => shapeOf(plain(r))).sort()).to.deep.equal(expected.sort());
    }));

  it('an id does not change when a region appears elsewhere', () =>
    holds([randomMaps(16), controls], async (map, keys) => {
      const config = { ...keys, roi_xyxy_norm: null, fill_holes: false };
      const canvas = placed(map, map.height + 10, map.width + 40, 5, 5);
      const more = { ...canvas, data: canvas.data.slice() };
      for (let y = 4; y < 10; y++) more.data.fill(1, y * more.width + more.width - 12, y * more.width + more.width - 6);
      const [before, after] = [await find(canvas, config), await find(more, config)];
      const known = new Map(after.regions.map((r) => [r.id, JSON.stringify(r)]));
      for (const region of before.regions) expect(known.get(region.id)).to.equal(JSON.stringify(region));
    }));

  it('hysteresis is monotone in both levels', () =>
    holds([randomMaps(), fc.tuple(level, level, level, level)], async (map, levels) => {
      const [lower, low, high, higher] = [...levels].sort((a, b) => a - b);
      const maskOf = async (bottom: number, top: number) =>
        (await find(map, { hysteresis: { enabled: true, low: bottom, high: top } })).mask.data;
      const within = (a: Uint8Array, b: Uint8Array) => a.every((v, p) => v <= b[p]);
      const middle = await maskOf(low, high);
      expect(within(middle, await maskOf(lower, high)), 'a lower low level shows more').to.equal(true);
      expect(within(await maskOf(low, higher), middle), 'a higher high level shows less').to.equal(true);
      const plain = floodFill(
        Uint8Array.from(map.data, (v) => (v >= low ? 1 : 0)),
        map,
        8,
      ).labels;
      const seeded = new Set([...plain].filter((_, p) => map.data[p] >= high));
      expect([...middle]).to.deep.equal([...plain].map((label) => (label > 0 && seeded.has(label) ? 1 : 0)));
    }));

  it('merging joins exactly the transitive closure of close components', () =>
    holds(
      [randomMaps(20), fc.integer({ min: 1, max: 5 }), fc.constantFrom('box' as const, 'pixels' as const)],
      async (map, gap, distance) => {
        const { regions, mask } = await find(map, { merge_nearby: { enabled: true, max_gap_px: gap, distance } });
        const { count, labels } = floodFill(mask.data, map, 8);
        const groups = closeGroups(labels, count, map.width, gap, distance);
        const got = regions.map(({ id, merged_from_ids }) => (merged_from_ids ?? [id]).map((i) => labels[i - 1]));
        const sorted = (lists: number[][]) => JSON.stringify(lists.map((g) => g.sort((a, b) => a - b)).sort());
        expect(sorted(got)).to.equal(sorted(groups));
      },
    ));

  it('the put-off median equals the median of the whole map', () =>
    holds([randomMaps(), controls, fc.constantFrom(3, 5, 9)], async (map, keys, ksize) => {
      const tensor = tf.tensor3d(map.data, [1, map.height, map.width]);
      const smooth = medianBlur(tensor, ksize);
      const data = (await smooth.data()) as Float32Array;
      tf.dispose([tensor, smooth]);
      const { map_stats_roi: _, ...late } = await find(map, { ...keys, map_smoothing: { method: 'median', ksize } });
      const { map_stats_roi: _r, ...whole } = await find(
        { ...map, data },
        { ...keys, map_smoothing: { method: 'none' } },
      );
      expect(late).to.deep.equal(whole);
    }));

  it('the trace accounts for every pixel and every dropped component, and changes nothing else', () =>
    holds([randomMaps(), controls, cuts], async (map, keys, cut) => {
      const { trace, ...traced } = await find(map, { ...keys, ...cut, trace: true });
      expect(traced).to.deep.equal(await find(map, { ...keys, ...cut }));
      trace!.forEach((entry, i) => {
        if (i > 0) expect(entry.pixels_before, entry.stage).to.equal(trace![i - 1].pixels_after);
        if (['hysteresis', 'filters', 'min_score_max_quantile', 'max_regions'].includes(entry.stage)) {
          expect(entry.regions_before - entry.regions_after, entry.stage).to.equal(entry.dropped.length);
          const gone = entry.dropped.reduce((sum, { area }) => sum + area, 0);
          expect(entry.pixels_before - entry.pixels_after, entry.stage).to.equal(gone);
        }
        for (const { rule, value, limit } of entry.dropped) {
          if (rule.includes('min') || rule.includes('high')) expect(value!).to.be.below(limit);
          else expect(value!).to.be.above(limit);
        }
      });
    }));
});

function placed(map: RandomMap, height: number, width: number, top: number, left: number): RandomMap {
  const data = new Float32Array(height * width);
  for (let y = 0; y < map.height; y++) {
    data.set(map.data.subarray(y * map.width, (y + 1) * map.width), (y + top) * width + left);
  }
  return { height, width, data };
}

/** The groups of labels by the definition: every pair of components, then the closure. */
function closeGroups(labels: Int32Array, count: number, width: number, gap: number, distance: 'box' | 'pixels') {
  const pixels = Array.from({ length: count }, (_, i) =>
    [...labels.keys()].filter((p) => labels[p] === i + 1).map((p) => [p % width, Math.floor(p / width)]),
  );
  const between = (a: number[], b: number[]) => Math.max(0, a[0] - b[1] - 1, b[0] - a[1] - 1);
  const range = (points: number[][], axis: number) => {
    const at = points.map((p) => p[axis]);
    return [Math.min(...at), Math.max(...at)];
  };
  const close = (a: number[][], b: number[][]) =>
    distance === 'box'
      ? [0, 1].every((axis) => between(range(a, axis), range(b, axis)) <= gap)
      : a.some((p) => b.some((q) => (p[0] - q[0]) ** 2 + (p[1] - q[1]) ** 2 <= (gap + 1) ** 2));
  const groups: number[][] = [];
  for (let label = 1; label <= count; label++) {
    const near = groups.filter((group) => group.some((other) => close(pixels[label - 1], pixels[other - 1])));
    for (const group of near) groups.splice(groups.indexOf(group), 1);
    groups.push([label, ...near.flat()]);
  }
  return groups;
}
