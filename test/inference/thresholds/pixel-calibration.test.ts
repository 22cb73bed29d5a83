import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { DefectsConfig } from '../../../src/config/defects.js';
import { findDefects } from '../../../src/defects/find-defects.js';
import type { AnomalyMap } from '../../../src/inference/engine.js';
import { PixelCalibration } from '../../../src/inference/thresholds/pixel-calibration.js';
import { quantile } from '../../../src/inference/thresholds/quantile.js';
import { stageScores } from '../../../src/defects/map-stages/stage-scores.js';
import { Random } from '../../../src/runtime/random.js';
import { tf } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { floodFill } from '../../support/flood-fill.js';

const size = { height: 30, width: 40 };

/** Noise around 1 with soft bumps of random height. */
function bumpyMap(seed: number, bumps = 3): AnomalyMap {
  const random = new Random(seed);
  const data = Float32Array.from({ length: size.height * size.width }, () => 1 + 0.05 * random.normal());
  for (let b = 0; b < bumps; b++) {
    const [cx, cy, height, radius] = [random.uniform(3, 37), random.uniform(3, 27), random.uniform(0.2, 1), 2.5];
    for (let y = 0; y < size.height; y++) {
      for (let x = 0; x < size.width; x++) {
        data[y * size.width + x] += height * Math.exp(-((x - cx) ** 2 + (y - cy) ** 2) / (2 * radius ** 2));
      }
    }
  }
  return { ...size, data };
}

const config = (keys: object) => decode(DefectsConfig, keys, 'test');
const options = { split: 'held_out' as const, warn: () => {} };

async function calibrated(keys: object, maps: readonly AnomalyMap[], warn: (line: string) => void = () => {}) {
  const calibration = new PixelCalibration(config(keys), { split: 'held_out', warn });
  try {
    for (const map of maps) await calibration.add(map);
    return await calibration.result();
  } finally {
    await calibration.dispose();
  }
}

async function regionsAt(map: AnomalyMap, keys: object, pixelThreshold: number) {
  const tensor = tf.tensor2d(map.data, [map.height, map.width]);
  const found = await findDefects(tensor, { config: config(keys), pixelThreshold, semantics: 2 });
  tensor.dispose();
  return found.regions;
}

onEveryBackend('pixel threshold', () => {
  const maps = Array.from({ length: 20 }, (_, i) => bumpyMap(i));

  it(
    'counts no pixel that the model did not see',
    leavesNoTensors(async () => {
      const seen = { top: 4, left: 7, height: 20, width: 21 };
      const within = ({ data }: AnomalyMap) =>
        [...data].filter((_, p) => Math.floor(p / 40) >= 4 && Math.floor(p / 40) < 24 && p % 40 >= 7 && p % 40 < 28);
      const cut = maps.map((map) => ({ ...map, seen }));
      const all = Float32Array.from(maps.flatMap(within)).sort();
      const found = await calibrated({ pixel_normal_quantile: 0.9 }, cut);
      expect(found).to.include({ value: quantile(all, 0.9), calibration_pixel_count: 20 * 20 * 21 });
    }),
  );

  it(
    'is the plain quantile of all pixels without controls',
    leavesNoTensors(async () => {
      const found = await calibrated({ pixel_normal_quantile: 0.99 }, maps);
      const all = Float32Array.from(maps.flatMap(({ data }) => [...data])).sort();
      expect(found).to.include({ method: 'normal_pixel_quantile', source: 'held_out', value: quantile(all, 0.99) });
      expect(found).to.include({ q: 0.99, calibration_map_count: 20, calibration_pixel_count: 20 * 1200, exact: true });
      expect(found).to.include({ roi_used: false, border_ignore_px: 0 });
    }),
  );

  it(
    'leaves out what lies in the border or outside the region of interest, and takes smoothed values',
    leavesNoTensors(async () => {
      const hot = maps.map(({ data }) => ({ ...size, data: data.slice() }));
      for (const { data } of hot) {
        for (let x = 0; x < 40; x++) data[x] = data[29 * 40 + x] = 9;
        for (let y = 0; y < 30; y++) data[y * 40 + 38] = data[y * 40 + 39] = 9;
        data[15 * 40 + 20] = 9;
      }
      const keys = {
        border_ignore_px: 2,
        roi_xyxy_norm: [0, 0, 0.9, 1],
        map_smoothing: { method: 'median', ksize: 3 },
        pixel_normal_quantile: 1,
      };
      const found = await calibrated(keys, hot);
      expect(found!.calibration_pixel_count).to.equal(20 * 26 * 34);
      expect(found!.value).to.be.below(3);
      expect(found).to.deep.include({ roi_used: true, roi_xyxy_norm: [0, 0, 0.9, 1], border_ignore_px: 2 });
      const plain = hot.flatMap((map) => medians(map, 2, 36));
      expect(found!.value).to.equal(Math.max(...plain));
    }),
  );

  it('is the same for a map as it is and for the map of the stages without smoothing', async () => {
    for (const map_smoothing of [
      { method: 'median', ksize: 3 },
      { method: 'median', ksize: 7 },
      { method: 'gaussian', sigma: 1.2 },
      { method: 'box', ksize: 4 },
    ]) {
      const keys = { border_ignore_px: 1, hysteresis: { enabled: true, low: 1.1 }, min_area: 4, fill_holes: true };
      for (const map of maps.slice(0, 5)) {
        const scores = await stageScores(map, config({ ...keys, map_smoothing }));
        const direct = await regionsAt(map, { ...keys, map_smoothing }, 1.3);
        expect(direct.length).to.be.above(0);
        expect(await regionsAt({ ...size, data: scores.data }, keys, 1.3)).to.deep.equal(direct);
      }
    }
  });

  it(
    'keeps to a budget of false regions, and the next lower threshold does not',
    leavesNoTensors(async () => {
      // 20 pictures, at most 400 in 1,000 at 95 %: an upper limit of 8 regions, so 3 may be counted (7.754).
      const keys = {
        pixel_threshold_strategy: 'false_region_budget',
        false_region_budget: { max_regions_per_1000: 400, confidence: 0.95 },
      };
      const found = (await calibrated(keys, maps))!;
      expect(found.method).to.equal('false_region_budget');
      expect(found.budget).to.include({ allowed_false_regions: 3, false_regions: 3, supported: true, pictures: 20 });
      expect(found.budget!.upper_bound_per_1000).to.be.closeTo((7.7537 / 20) * 1000, 0.01);
      const plainCount = (t: number) =>
        maps.reduce(
          (sum, { data }) =>
            sum +
            floodFill(
              Uint8Array.from(data, (v) => +(v >= t)),
              size,
              8,
            ).count,
          0,
        );
      expect(plainCount(found.value)).to.equal(3);
      expect(plainCount(found.value - found.budget!.resolution)).to.be.above(3);
    }),
  );

  it('counts through all stages: filters, hysteresis and levels relative to the candidate', async () => {
    const controls = {
      score_levels: 'relative',
      hysteresis: { enabled: true, low: 0.9, high: 1.05 },
      min_area: 10,
      min_score_max: 1.1,
      map_smoothing: { method: 'median', ksize: 3 },
      border_ignore_px: 3,
      merge_nearby: { enabled: true, max_gap_px: 2, distance: 'pixels' },
    };
    const keys = {
      ...controls,
      pixel_threshold_strategy: 'false_region_budget',
      false_region_budget: { max_regions_per_1000: 400, confidence: 0.95 },
    };
    const framed = maps.map(withHotFrame);
    const found = (await calibrated(keys, framed))!;
    const count = async (t: number) => {
      let sum = 0;
      for (const map of framed) sum += (await regionsAt(map, controls, t)).length;
      return sum;
    };
    expect(await count(found.value))
      .to.equal(found.budget!.false_regions)
      .and.to.be.at.most(3);
    expect(await count(found.value - found.budget!.resolution)).to.be.above(3);
    expect(found.levels!.low).to.be.closeTo(0.9 * found.value, 1e-12);
    expect(found.levels!.high).to.be.closeTo(1.05 * found.value, 1e-12);
    expect(found.levels!.min_score_max).to.be.closeTo(1.1 * found.value, 1e-12);
    const plain = (await calibrated({ ...keys, ...off }, maps))!;
    expect(found.value, 'controls allow a lower threshold').to.be.below(plain.value);
  });

  it('says when there are too few pictures, and takes the lowest threshold without any false region', async () => {
    const warnings: string[] = [];
    const keys = { pixel_threshold_strategy: 'false_region_budget' };
    const found = (await calibrated(keys, maps, (line) => warnings.push(line)))!;
    expect(found.budget).to.include({ supported: false, allowed_false_regions: null, pictures_needed: 300 });
    expect(found.budget!.false_regions).to.equal(0);
    expect(warnings).to.have.length(1);
    expect(warnings[0]).to.match(/20 held-out pictures cannot support at most 10 .*\(300 would\)/);
    const peak = Math.max(...maps.map(({ data }) => data.reduce((a, b) => Math.max(a, b))));
    expect(found.value)
      .to.be.above(peak)
      .and.to.be.closeTo(peak, found.budget!.resolution * 2);
  });

  it('says when other controls hold everything back', async () => {
    const warnings: string[] = [];
    const keys = { pixel_threshold_strategy: 'false_region_budget', min_score_max: 50 };
    const found = (await calibrated(keys, maps, (line) => warnings.push(line)))!;
    expect(found.budget).to.include({ at_floor: true, false_regions: 0 });
    expect(warnings.some((line) => line.includes('min_score_max'))).to.equal(true);
  });

  it('works on one pixel, on flat maps and on scores below zero', async () => {
    const keys = {
      pixel_threshold_strategy: 'false_region_budget',
      false_region_budget: { max_regions_per_1000: 500 },
    };
    const pixel = { height: 1, width: 1, data: Float32Array.of(0.5) };
    expect((await calibrated(keys, [pixel]))!.value).to.be.above(0.5);
    const flat = { ...size, data: new Float32Array(1200) };
    expect((await calibrated(keys, [flat, flat]))!.value).to.be.above(0);
    const below = maps.map(({ data }) => ({ ...size, data: data.map((v) => v - 5) }));
    const up = (await calibrated(keys, maps))!;
    expect((await calibrated(keys, below))!.value).to.be.closeTo(up.value - 5, 1e-4);
  });
});

/** Two outermost pixels far above everything else. */
function withHotFrame({ data }: AnomalyMap): AnomalyMap {
  const inside = (p: number) => p % 40 > 1 && p % 40 < 38 && p >= 80 && p < 28 * 40;
  return { ...size, data: data.map((value, p) => (inside(p) ? value : 9)) };
}

const off = {
  score_levels: 'absolute',
  hysteresis: { enabled: false },
  min_area: 0,
  min_score_max: null,
  map_smoothing: { method: 'none' },
};

describe('pixel threshold strategies', () => {
  const refusal = (keys: object) => () => new PixelCalibration(config(keys), options);

  it('take a given threshold and say where it came from', async () => {
    for (const pixel_threshold_strategy of ['fixed', 'normal_pixel_quantile', 'false_region_budget']) {
      const found = await calibrated({ pixel_threshold: 0.7, pixel_threshold_strategy }, []);
      expect(found).to.deep.equal({ method: 'fixed', source: 'explicit', value: 0.7 });
    }
    const stored = await calibrated({ pixel_threshold: 0.7, pixel_threshold_strategy: 'infer_config' }, []);
    expect(stored).to.deep.equal({ method: 'fixed', source: 'infer_config', value: 0.7 });
  });

  it('refuse to invent one', async () => {
    expect(refusal({ pixel_threshold_strategy: 'fixed' })).to.throw('"fixed" takes the threshold from');
    expect(refusal({ pixel_threshold_strategy: 'infer_config' })).to.throw('"infer_config" takes the threshold from');
    expect(await calibrated({}, [])).to.equal(null);
  });

  it('refuse a budget whose regions do not depend on the threshold', () => {
    const keys = { pixel_threshold_strategy: 'false_region_budget', hysteresis: { enabled: true, high: 2 } };
    expect(refusal(keys)).to.throw('needs regions that depend on the pixel threshold, but hysteresis.high is 2');
    expect(refusal({ ...keys, score_levels: 'relative' })).not.to.throw();
  });

  it('refuse a region of interest without pixels', async () => {
    const error = await calibrated({ roi_xyxy_norm: [0.5, 0.5, 0.5, 0.5] }, [bumpyMap(1)]).catch((e: Error) => e);
    expect((error as Error).message).to.match(/leave no pixel of any calibration picture/);
  });
});

/** 3 x 3 medians of the rows and columns from `from` to the end of the border and the region of interest. */
function medians({ data }: AnomalyMap, from: number, toX: number): number[] {
  const out: number[] = [];
  for (let y = from; y < size.height - from; y++) {
    for (let x = from; x < toX; x++) {
      const window: number[] = [];
      for (let dy = -1; dy <= 1; dy++) for (let dx = -1; dx <= 1; dx++) window.push(data[(y + dy) * 40 + x + dx]);
      out.push(window.sort((a, b) => a - b)[4]);
    }
  }
  return out;
}
