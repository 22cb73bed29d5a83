import { expect } from 'chai';
import { decode } from '../../src/config/codec.js';
import { DefectsConfig } from '../../src/config/defects.js';
import { findDefects, type DefectsRequest, type DefectsResult } from '../../src/defects/find-defects.js';
import { findDefectsInArray } from '../../src/defects/map-stages/find-defects-in-array.js';
import { tf, type Tensor2D } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';
import { drawing, type Drawing, drawn } from '../support/drawing.js';

type Options = Partial<Omit<DefectsRequest, 'config'>>;

function find(map: Drawing, keys: object = {}, options: Options = {}): Promise<DefectsResult> {
  const config = decode(DefectsConfig, keys, 'config');
  return findDefectsInArray(map.data, map, { config, pixelThreshold: 0.5, semantics: 2, ...options });
}

async function failure(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'no error',
    (error: Error) => `${error.name}: ${error.message}`,
  );
}

onEveryBackend('findDefects', () => {
  it(
    'describes a region field by field',
    leavesNoTensors(async () => {
      const map = drawing('........', '..56....', '..79....', '..8.....', '........');
      const { regions, mask, map_stats_roi, space } = await find(
        map,
        { image_space: true, outline: true },
        { imageSize: { height: 10, width: 24 } },
      );
      expect(space).to.deep.equal({ type: 'anomaly_map', shape: [5, 8] });
      expect(drawn(mask)).to.deep.equal(['........', '..##....', '..##....', '..#.....', '........']);
      expect(map_stats_roi.max).to.equal(Math.fround(0.9));
      expect(map_stats_roi.mean).to.be.closeTo(3.5 / 40, 1e-8);
      const [{ orientation_deg, perimeter, compactness, major_axis, minor_axis, ...region }] = regions;
      expect(region).to.deep.equal({
        id: 1 + 8 + 2,
        bbox_xyxy: [2, 1, 3, 3],
        area: 5,
        centroid_xy: [2.4, 1.8],
        bbox_area: 6,
        fill_ratio: 0.833333,
        aspect_ratio: 1.5,
        solidity: 0.909091,
        score_max: 0.9,
        score_mean: 0.7,
        bbox_xyxy_image: [6, 2, 11, 7],
        border_distance: 1,
        outline: [
          [
            [4, 1],
            [4, 3],
            [3, 3],
            [3, 4],
            [2, 4],
            [2, 1],
          ],
        ],
      });
      // 3 runs along rows, 2 along columns, 4 along one diagonal, 3 along the other
      expect(perimeter).to.be.closeTo((Math.PI / 4) * (5 + 7 / Math.SQRT2), 1e-6);
      expect(compactness, '4 pi area / perimeter^2 is 1.03 here').to.equal(1);
      // variances 0.24 and 0.56, each with 1/12 of the pixel, covariance -0.12
      const spread = Math.hypot(0.16, 0.12);
      expect(major_axis).to.be.closeTo(4 * Math.sqrt(0.4 + 1 / 12 + spread), 1e-6);
      expect(minor_axis).to.be.closeTo(4 * Math.sqrt(0.4 + 1 / 12 - spread), 1e-6);
      expect(orientation_deg).to.be.closeTo((Math.atan2(-0.24, -0.32) * 90) / Math.PI, 1e-6);
    }),
  );

  it(
    'leaves the map alone and finds nothing below the threshold',
    leavesNoTensors(async () => {
      const map = tf.tensor2d([0.1, 0.2, 0.3, 0.4], [2, 2]);
      const config = decode(DefectsConfig, { close_ksize: 3, hysteresis: { enabled: true, low: 0.45 } }, 'config');
      const result = await findDefects(map, { config, pixelThreshold: 0.5, semantics: 2 });
      expect(result.regions).to.deep.equal([]);
      expect(drawn(result.mask)).to.deep.equal(['..', '..']);
      expect(result.hysteresis).to.deep.equal({ low: 0.45, high: 0.5 });
      expect(Array.from(await map.data())).to.deep.equal([0.1, 0.2, 0.3, 0.4].map(Math.fround));
      map.dispose();
    }),
  );

  it('compares with the threshold in float32, at or above', async () => {
    const { mask } = await find(drawing('7'), {}, { pixelThreshold: 0.7 });
    expect(drawn(mask)).to.deep.equal(['#']);
    expect(drawn((await find(drawing('7'), {}, { pixelThreshold: 0.700001 })).mask)).to.deep.equal(['.']);
  });

  it('handles maps of one pixel, one row and one column', async () => {
    expect((await find(drawing('#'))).regions[0]).to.include({ id: 1, area: 1, solidity: 1, orientation_deg: null });
    expect((await find(drawing('.'))).regions).to.deep.equal([]);
    expect((await find(drawing('##.#'))).regions.map((r) => r.area)).to.deep.equal([2, 1]);
    expect(
      (await find(drawing('#', '#', '.', '#'), { map_smoothing: { method: 'median', ksize: 5 } })).regions,
    ).to.have.length(1);
  });

  it('cuts to the region of interest and the border first, and filters last', async () => {
    const map = drawing('######....', '######....', '..........', '....##....', '....##....');
    const keys = { roi_xyxy_norm: [0.5, 0, 1, 1], min_area: 4 };
    // The upper bar keeps 2 pixels inside the region of interest: semantics 1 filters before it cuts.
    expect((await find(map, keys, { semantics: 1 })).regions.map((r) => r.area)).to.deep.equal([2, 2]);
    expect((await find(map, { ...keys, min_area: 2 })).regions.map((r) => r.area)).to.deep.equal([2, 2]);
    expect((await find(map, { ...keys, min_area: 3 })).regions).to.deep.equal([]);
    const bordered = await find(map, { border_ignore_px: 1 });
    expect(drawn(bordered.mask)).to.deep.equal(['..........', '.#####....', '..........', '....##....', '..........']);
  });

  it('does not let a border of zeros become foreground under a negative threshold', async () => {
    const map = { height: 4, width: 4, data: new Float32Array(16).fill(-0.5) };
    const keys = { border_ignore_px: 1 };
    const options = { pixelThreshold: -0.2 };
    expect((await find(map, keys, options)).regions).to.deep.equal([]);
    expect((await find(map, keys, { ...options, semantics: 1 })).regions).to.have.length(1);
  });

  it('takes several rectangles, a polygon and a mask as region of interest', async () => {
    const map = drawing('########', '########', '########', '########');
    const rectangles = [
      [0, 0, 0.25, 0.5],
      [0.75, 0.75, 1, 1],
    ];
    const cut = async (keys: object, options: Options = {}) => drawn((await find(map, keys, options)).mask);
    expect(await cut({ roi_rectangles_norm: rectangles })).to.deep.equal([
      '##......',
      '##......',
      '........',
      '......##',
    ]);
    const triangle = [
      [0, 0],
      [1, 0],
      [0, 1],
    ];
    expect(await cut({ roi_polygon_norm: triangle })).to.deep.equal(['#######.', '#####...', '###.....', '#.......']);
    const roiMask = { height: 2, width: 2, data: Uint8Array.of(0, 255, 1, 0) };
    expect(await cut({ roi_mask_path: 'roi.png' }, { roiMask })).to.deep.equal([
      '....####',
      '....####',
      '####....',
      '####....',
    ]);
  });

  it('takes map statistics inside the region of interest only', async () => {
    const map = drawing('#.....', '.2.4..', '......');
    const stats = async (keys: object) => (await find(map, keys)).map_stats_roi;
    expect((await stats({ roi_xyxy_norm: [0.1, 0.4, 0.6, 0.6] })).max).to.equal(Math.fround(0.4));
    expect((await stats({ roi_xyxy_norm: [0.1, 0.4, 0.6, 0.6] })).mean).to.be.closeTo(0.6 / 4, 1e-7);
    const diamond = {
      roi_polygon_norm: [
        [0, 0.5],
        [0.4, 0.2],
        [0.6, 0.5],
        [0.3, 0.8],
      ],
    };
    expect((await stats(diamond)).max).to.equal(Math.fround(0.4));
    expect(await stats({ roi_xyxy_norm: [0.5, 0.5, 0.5, 0.5] })).to.deep.equal({ max: 0, mean: 0 });
  });

  it('keeps the mask equal to the reported regions, and semantics 1 does not', async () => {
    const map = drawing('##..66..77');
    expect(drawn((await find(map, { max_regions: 1 })).mask)).to.deep.equal(['##........']);
    expect(drawn((await find(map, { max_regions: 1 }, { semantics: 1 })).mask)).to.deep.equal(['##..##..##']);
  });

  it('fills holes, opens, closes and dilates', async () => {
    const ring = drawing('.......', '.####..', '.#..#..', '.####..', '.......');
    const filled = ['.......', '.####..', '.####..', '.####..', '.......'];
    expect(drawn((await find(ring, { fill_holes: true })).mask)).to.deep.equal(filled);
    expect((await find(ring, { open_ksize: 2 })).regions).to.deep.equal([]);
    const notched = drawing('.........', '.........', '..##.##..', '..#####..', '.........', '.........');
    expect(drawn((await find(notched, { close_ksize: 3 })).mask)[2]).to.equal('..#####..');
    expect(drawn((await find(drawing('.....', '..#..', '.....'), { mask_dilate_ksize: 3 })).mask)).to.deep.equal([
      '..#..',
      '.###.',
      '..#..',
    ]);
  });

  it('does not move the mask with an even opening, as semantics 1 does', async () => {
    const square = drawing('.....', '.##..', '.##..', '.....');
    expect(drawn((await find(square, { open_ksize: 2 })).mask)).to.deep.equal(['.....', '.##..', '.##..', '.....']);
    expect(drawn((await find(square, { open_ksize: 2 }, { semantics: 1 })).mask)).to.deep.equal([
      '.....',
      '.....',
      '..##.',
      '..##.',
    ]);
  });

  it('keeps a dilated mask inside the region of interest', async () => {
    const map = drawing('......', '..#...', '......');
    const keys = { mask_dilate_ksize: 5, roi_xyxy_norm: [0, 0, 0.5, 1], border_ignore_px: 1 };
    expect(drawn((await find(map, keys)).mask)).to.deep.equal(['......', '.##...', '......']);
  });

  it('merges by box gap or by pixel distance', async () => {
    // An L and a dot in its elbow: their boxes overlap, their pixels are 3 apart.
    const map = drawing('#......', '#......', '#...#..', '#......', '#......', '#######');
    const merged = async (keys: object) =>
      (await find(map, { merge_nearby: { enabled: true, ...keys } })).regions.map((r) => r.merged_from_ids);
    expect(await merged({ max_gap_px: 1 })).to.deep.equal([[1, 19]]);
    expect(await merged({ max_gap_px: 1, distance: 'pixels' })).to.deep.equal([undefined, undefined]);
    expect(await merged({ max_gap_px: 2, distance: 'pixels' })).to.deep.equal([[1, 19]]);
  });

  it('leaves regions apart whose joint shape would fail a filter: no defect is lost by merging', async () => {
    const map = drawing('##......', '##......', '........', '........', '......##', '......##');
    const merge_nearby = { enabled: true, max_gap_px: 4 };
    expect((await find(map, { merge_nearby })).regions).to.have.length(1);
    const { regions, mask } = await find(map, { merge_nearby, shape_filters: { min_fill_ratio: 0.5 } });
    expect(regions.map((r) => r.area)).to.deep.equal([4, 4]);
    expect(drawn(mask)[5]).to.equal('......##');
  });

  it('applies levels relative to the threshold', async () => {
    const map = drawing('34.56.78');
    const keys = { score_levels: 'relative', min_score_max: 1.4, hysteresis: { enabled: true, low: 0.8 } };
    const { regions, hysteresis } = await find(map, keys);
    expect(regions.map((r) => r.bbox_xyxy)).to.deep.equal([[6, 0, 7, 0]]);
    expect(hysteresis).to.deep.equal({ low: 0.4, high: 0.5 });
  });

  it('filters by compactness', async () => {
    const map = drawing('............', '###.########', '###.........', '###.........');
    const areas = async (shape_filters: object) => (await find(map, { shape_filters })).regions.map((r) => r.area);
    expect(await areas({ min_compactness: 0.6 })).to.deep.equal([9]);
    expect(await areas({ max_compactness: 0.6 })).to.deep.equal([8]);
  });

  it('says why each component was dropped', async () => {
    const map = drawing('##.7.66', '.......', '.5.....');
    const { trace } = await find(map, { trace: true, min_area: 2, max_regions: 1, border_ignore_px: 1 });
    expect(trace!.map((e) => [e.stage, e.pixels_before, e.pixels_after])).to.deep.equal([
      ['border', 6, 0],
      ['filters', 0, 0],
      ['max_regions', 0, 0],
    ]);
    const { trace: second } = await find(map, { trace: true, min_area: 2, max_regions: 1 });
    expect(second![0].dropped).to.deep.equal([
      { bbox_xyxy: [3, 0, 3, 0], area: 1, score_max: Math.fround(0.7), rule: 'min_area', value: 1, limit: 2 },
      { bbox_xyxy: [1, 2, 1, 2], area: 1, score_max: 0.5, rule: 'min_area', value: 1, limit: 2 },
    ]);
    expect(second![1].dropped).to.deep.equal([
      { bbox_xyxy: [5, 0, 6, 0], area: 2, score_max: 0.6, rule: 'max_regions', value: 2, limit: 1 },
    ]);
  });

  it('shows in the trace what smoothing takes away', async () => {
    const map = drawing('.....', '..#..', '.....', '.....');
    const { trace } = await find(map, { trace: true, map_smoothing: { method: 'median', ksize: 3 } });
    expect(trace).to.deep.equal([
      { stage: 'map_smoothing', pixels_before: 1, pixels_after: 0, regions_before: 1, regions_after: 0, dropped: [] },
    ]);
  });

  it('notes what semantics 1 applies otherwise than asked', async () => {
    const keys = { map_smoothing: { method: 'median', ksize: 4 }, hysteresis: { enabled: true, low: 0.7, high: 0.3 } };
    const { notes, hysteresis } = await find(drawing('.5.'), keys, { semantics: 1 });
    expect(hysteresis).to.deep.equal({ low: 0.3, high: 0.7 });
    expect(notes).to.deep.equal([
      'map_smoothing.ksize 4 was applied as 5',
      'hysteresis.low 0.7 lies above high, so the two were swapped',
    ]);
    expect(await find(drawing('.5.'), {}, { semantics: 1 })).not.to.have.any.keys('notes', 'trace', 'hysteresis');
  });

  describe('refuses, in one sentence,', () => {
    const map = drawing('.5', '..');
    const median = (ksize: number) => ({ map_smoothing: { method: 'median', ksize } });
    const hysteresis = (low: number | null, high: number | null) => ({ hysteresis: { enabled: true, low, high } });
    const rectangle = [0, 0, 1, 1];
    const wrong: [string, object, Options, string][] = [
      [
        'an even median',
        median(4),
        {},
        'ConfigError: defects.map_smoothing.ksize: expected an odd size for median, got 4',
      ],
      [
        'a median of 7 in semantics 1',
        median(7),
        { semantics: 1 },
        'ConfigError: defects.map_smoothing.ksize: with schema_version 1',
      ],
      [
        'low above high',
        hysteresis(0.6, 0.4),
        {},
        'ConfigError: defects.hysteresis: expected low at or below high, got low 0.6',
      ],
      [
        'low above a high that is the threshold',
        hysteresis(0.6, null),
        {},
        'ConfigError: defects.hysteresis: expected low at or',
      ],
      [
        'a relative level of no threshold',
        { score_levels: 'relative' },
        { pixelThreshold: 0 },
        'ConfigError: defects.score_levels',
      ],
      [
        'a threshold that is not finite',
        {},
        { pixelThreshold: NaN },
        'ConfigError: defects: expected a finite pixel threshold',
      ],
      [
        'two regions of interest',
        { roi_xyxy_norm: rectangle, roi_rectangles_norm: [rectangle] },
        {},
        'ConfigError: defects: expected at most one',
      ],
      ['a named mask that was not given', { roi_mask_path: 'a.png' }, {}, 'ConfigError: defects.roi_mask_path'],
      ['image space without the size', { image_space: true }, {}, 'ConfigError: defects.image_space'],
      ['the full mask in semantics 2', { mask_space: 'full' }, {}, 'ConfigError: defects.mask_space'],
      [
        'crossed compactness',
        { shape_filters: { min_compactness: 0.8, max_compactness: 0.2 } },
        {},
        'ConfigError: defects.shape_filters',
      ],
    ];
    for (const [what, keys, options, message] of wrong) {
      it(
        what,
        leavesNoTensors(async () => {
          const got = await failure(find(map, keys, options));
          expect(got).to.include(message);
          expect(got).not.to.include('\n');
        }),
      );
    }

    for (const value of [NaN, Infinity, -Infinity]) {
      it(
        `a map that holds ${value}`,
        leavesNoTensors(async () => {
          const broken = { ...map, data: Float32Array.of(0, 0, value, 0.6) };
          for (const keys of [{}, { roi_xyxy_norm: [0, 0, 1, 0.4] }, median(3)]) {
            expect(await failure(find(broken, keys))).to.match(
              /^DataError: findDefects: expected finite values .* row 1;/,
            );
          }
        }),
      );
    }

    it('a map of another rank, an empty one, and a wrong count of values', async () => {
      const config = decode(DefectsConfig, {}, 'config');
      for (const shape of [[1, 2, 2], [4], [0, 5]]) {
        const odd: Tensor2D = tf.zeros(shape as [number, number]);
        const got = await failure(findDefects(odd, { config, pixelThreshold: 0.5, semantics: 2 }));
        expect(got).to.equal(
          `ShapeError: findDefects: expected a map [height, width] with one pixel or more, got [${shape.join(', ')}]`,
        );
        odd.dispose();
      }
      expect(await failure(find({ ...map, width: 3 }))).to.match(/^ShapeError: .*expected 6 values/);
    });
  });
});
