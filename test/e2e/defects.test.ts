import { expect } from 'chai';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeMask } from '../../src/data/decode-mask.js';
import { decodeMap } from '../../src/data/decode-map.js';
import { encodePng } from '../../src/data/encode.js';
import { encodeNpy } from '../../src/data/npy.js';
import { tiffBytes } from '../data/picture-bytes.js';
import { runCli, type CliOutcome } from '../support/cli.js';
import { trainToyRun, useToyRun } from '../support/toy-run.js';

const V2 = 'industrial-defects-fp40-v2';

describe('defects on the command line', () => {
  const { dir, data, run } = useToyRun();

  const at = (name: string) => join(dir, name);
  const write = (name: string, value: unknown) => {
    writeFileSync(at(name), typeof value === 'string' ? value : JSON.stringify(value));
    return at(name);
  };
  const train = async (name: string, ...flags: string[]) => {
    const out = await trainToyRun(at(name), data, ...flags);
    return JSON.parse(readFileSync(join(out, 'infer_config.json'), 'utf8'));
  };
  const infer = async (...flags: string[]) => {
    const given = flags.includes('--infer-config') ? [] : ['--infer-config', run];
    const outcome = await runCli('infer', ...given, '--input', join(data, 'test'), '--quiet', ...flags);
    expect(outcome.code, outcome.stderr).to.equal(0);
    return outcome;
  };
  const records = ({ stdout }: CliOutcome) => lines(stdout);

  describe('training', () => {
    it('calibrates with each strategy, through the stages, and says how', async () => {
      const plain = await train('plain');
      expect(plain.pixel_threshold_provenance).to.include({
        method: 'normal_pixel_quantile',
        source: 'held_out',
        q: 0.999,
      });
      const smooth = await train('smooth', '--defect-map-smoothing', 'median', '--defect-map-smoothing-ksize', '3');
      expect(smooth.defects.pixel_threshold).to.be.below(plain.defects.pixel_threshold);
      expect(smooth.threshold, 'the image threshold is left alone').to.equal(plain.threshold);
      const fixed = await train('fixed', '--pixel-threshold', '3.5', '--pixel-threshold-strategy', 'fixed');
      expect(fixed.pixel_threshold_provenance).to.deep.equal({ method: 'fixed', source: 'explicit', value: 3.5 });
      const file = write('stored.json', {
        dataset: { root: data },
        model: { name: 'vision_pixel_gaussian_map' },
        defects: { pixel_threshold: 2.5, pixel_threshold_strategy: 'infer_config' },
      });
      const stored = await train('stored', '--config', file);
      expect(stored.pixel_threshold_provenance).to.deep.equal({ method: 'fixed', source: 'infer_config', value: 2.5 });
      const again = await train('again', '--config', file, '--pixel-threshold-strategy', 'normal_pixel_quantile');
      expect(again.defects.pixel_threshold, 'a flag beats the file').to.equal(plain.defects.pixel_threshold);
    });

    it('keeps to a budget, and says where 3 pictures cannot', async () => {
      const kept = await train('kept', '--false-region-budget', '1000');
      expect(kept.defects).to.deep.include({
        pixel_threshold_strategy: 'false_region_budget',
        false_region_budget: { max_regions_per_1000: 1000, confidence: 0.95 },
      });
      expect(kept.pixel_threshold_provenance.budget).to.include({ supported: true, false_regions: 0, pictures: 3 });
      const outcome = await runCli(
        ...['train', '--model', 'vision_pixel_gaussian_map', '--train', data, '--out', at('short'), '--quiet'],
        ...['--false-region-budget', '20', '--false-region-confidence', '0.9'],
      );
      expect(outcome.code).to.equal(0);
      expect(outcome.stderr).to.match(
        /^warning: 3 held-out pictures cannot support at most 20 .*0\.9 \(116 would\).*\n$/,
      );
    });

    it('lays flags over a preset over the file', async () => {
      const file = write('preset.json', {
        dataset: { root: data },
        model: { name: 'vision_pixel_gaussian_map' },
        defects: {
          min_area: 5,
          score_levels: 'relative',
          roi_polygon_norm: [
            [0, 0],
            [1, 0],
            [1, 1],
          ],
          outline: true,
        },
      });
      const { defects } = await train('p1', '--config', file, '--defects-preset', 'industrial-defects-fp40');
      expect(defects).to.deep.include({ enabled: true, min_area: 16, score_levels: 'absolute', outline: true });
      expect(defects).to.deep.include({ roi_xyxy_norm: [0.1, 0.1, 0.9, 0.9], roi_polygon_norm: null });
      const flags = ['--defect-min-area', '0', '--no-defect-hysteresis', '--no-defects'];
      const over = (await train('p2', '--config', file, '--defects-preset', V2, ...flags)).defects;
      expect(over).to.deep.include({ enabled: false, min_area: 0, max_regions: 20, score_levels: 'relative' });
      expect(over.hysteresis).to.deep.equal({ enabled: false, low: 0.8, high: 1 });
      expect(over.roi_polygon_norm).to.deep.equal([
        [0, 0],
        [1, 0],
        [1, 1],
      ]);
    });

    it('takes a preset in the file, which the other keys of the file beat', async () => {
      const file = write('named.json', {
        dataset: { root: data },
        model: { name: 'vision_pixel_gaussian_map' },
        defects: { preset: V2, min_area: 5, region_filters: { shape: { min_solidity: 0.3 } } },
      });
      const { defects } = await train('named', '--config', file, '--defect-min-fill-ratio', '0.2');
      expect(defects).to.include({ enabled: true, min_area: 5, max_regions: 20 });
      expect(defects.shape_filters).to.include({ min_fill_ratio: 0.2, min_solidity: 0.3 });
      refused(
        await runCli('train', '--config', write('bad.json', { defects: { preset: 'fp41' } }), '--out', at('x')),
        'defects.preset: expected one of industrial-defects-fp40',
      );
    });

    it('takes a mask picture along, so that the run folder stands alone', async () => {
      const left = new Uint8Array(64 * 48).map((_, i) => (i % 64 < 16 ? 255 : 0));
      writeFileSync(at('roi.png'), await encodePng({ width: 64, height: 48, channels: 1, data: left }));
      const file = write('roi.json', {
        dataset: { root: data },
        model: { name: 'vision_pixel_gaussian_map' },
        defects: { enabled: true, roi_mask_path: at('roi.png') },
      });
      const config = await train('roi', '--config', file);
      expect(config.defects.roi_mask_path).to.equal('roi-mask.png');
      expect(config.pixel_threshold_provenance).to.include({ roi_used: true, calibration_pixel_count: 3 * 48 * 16 });
      cpSync(at('roi/run'), at('moved'), { recursive: true });
      const found = records(await infer('--infer-config', at('moved')));
      expect(
        found.some(({ defects }) => defects.regions.some((r: { bbox_xyxy: number[] }) => r.bbox_xyxy[2] > 15)),
      ).to.equal(false);
    });
  });

  describe('records', () => {
    const PLAIN =
      '{"decision_summary":{"decision":"normal","has_confidence":false,"rejected":false,"requires_review":false,' +
      '"review_reason":"none","threshold_applied":#},"index":0,"input":"#","label":0,"postprocess_summary":' +
      '{"defects_enabled":false,"defects_payload_source":"infer_config","has_defects_payload":true,"has_map_postprocess":false,' +
      '"has_prediction_policy":false,"has_tiling":false,"map_postprocess_summary":null,"maps_enabled":false,' +
      '"maps_enabled_by_default":false,"maps_requested":false,"pixel_threshold_in_payload":#,"pixel_threshold_resolved":null,' +
      '"pixel_threshold_source":null,"pixel_threshold_strategy":"normal_pixel_quantile","prediction_policy":null,' +
      '"runtime_postprocess_applied":false,"runtime_postprocess_source":null,"tiling_summary":null},"score":#}';

    it('is without --defects what it was before, byte for byte', async () => {
      const [line] = (await infer()).stdout.split('\n');
      const masked = line
        .replace(/("(?:threshold_applied|pixel_threshold_in_payload|score)":)[\d.e-]+/g, '$1#')
        .replace(/"input":"[^"]*"/, '"input":"#"');
      expect(masked).to.equal(PLAIN);
    });

    it('has with --defects these fields, and each opt-in adds its own only', async () => {
      const base = records(await infer('--defects'));
      const keys = ['map_stats_roi', 'mask', 'pixel_threshold', 'pixel_threshold_provenance', 'regions', 'space'];
      const regionKeys = [
        ...['area', 'aspect_ratio', 'bbox_area', 'bbox_xyxy', 'border_distance', 'centroid_xy', 'compactness'],
        ...['fill_ratio', 'id', 'major_axis', 'minor_axis', 'orientation_deg', 'perimeter', 'score_max', 'score_mean'],
        'solidity',
      ];
      const hit = base.findIndex(({ defects }) => defects.regions.length > 0);
      expect(Object.keys(base[hit].defects)).to.deep.equal(keys);
      expect(Object.keys(base[hit].defects.regions[0])).to.deep.equal(regionKeys);
      for (const [flag, key] of [
        ['--defects-trace', 'trace'],
        ['--defect-hysteresis', 'hysteresis'],
      ]) {
        const [record] = records(await infer('--defects', flag)).slice(hit);
        expect(Object.keys(record.defects)).to.deep.equal([...keys, key].sort());
      }
      for (const [flag, key] of [
        ['--defects-image-space', 'bbox_xyxy_image'],
        ['--defects-outline', 'outline'],
      ]) {
        const added = records(await infer('--defects', flag));
        expect(Object.keys(added[hit].defects.regions[0])).to.deep.equal([...regionKeys, key].sort());
        for (const { defects } of added) for (const region of defects.regions) delete region[key];
        expect(added).to.deep.equal(base);
      }
      const files = [
        '--defects-regions-jsonl',
        at('r.jsonl'),
        '--save-overlays',
        at('small'),
        '--overlay-max-size',
        '32',
      ];
      expect(records(await infer('--defects', ...files))).to.deep.equal(base);
      const { default: sharp } = await import('sharp');
      const overlay = await sharp(join(at('small'), readdirSync(at('small'))[0])).metadata();
      expect(overlay.width).to.equal(32);
      const regionLines = lines(readFileSync(at('r.jsonl'), 'utf8'));
      expect(regionLines).to.have.length(base.length);
      expect(Object.keys(regionLines[0])).to.deep.equal(['defects', 'index', 'input']);
      expect(Object.keys(regionLines[0].defects)).to.deep.equal(keys.filter((key) => key !== 'mask'));
      expect(regionLines[hit].defects.regions).to.deep.equal(base[hit].defects.regions);
    });

    it('switches a stored control off by a flag, and lets a flag beat the preset', async () => {
      await train('v2', '--defects-preset', V2);
      const stored = at('v2/run');
      const ratio = ({ defects }: { defects: { hysteresis: { low: number }; pixel_threshold: number } }) =>
        defects.hysteresis.low / defects.pixel_threshold;
      expect(ratio(records(await infer('--infer-config', stored))[0])).to.be.closeTo(0.8, 1e-9);
      const off = await infer('--infer-config', stored, '--no-defect-hysteresis');
      expect(records(off)[0].defects).not.to.have.property('hysteresis');
      const old = ['--infer-config', stored, '--defects-preset', 'industrial-defects-fp40'];
      expect(ratio(records(await infer(...old))[0]), 'the preset beats the config').to.be.closeTo(0.5, 1e-9);
      const levels = [
        '--defect-score-levels',
        'relative',
        '--defect-hysteresis-low',
        '0.6',
        '--defect-hysteresis-high',
        '1',
      ];
      expect(ratio(records(await infer(...old, ...levels))[0]), 'a flag beats the preset').to.be.closeTo(0.6, 1e-9);
      expect(records(await infer('--infer-config', stored, '--no-defects'))[0]).not.to.have.property('defects');
    });

    it('says when the controls are not those of the calibration, and when the threshold is given', async () => {
      const same = records(await infer('--defects', '--defect-min-area', '4'))[0].defects;
      expect(same.pixel_threshold_provenance, 'a filter does not touch a quantile').not.to.have.property(
        'controls_changed',
      );
      const outcome = await infer('--defects', '--defect-border-ignore-px', '4');
      expect(outcome.stderr).to.match(/^warning: the pixel threshold was calibrated through other controls/);
      expect(records(outcome)[0].defects.pixel_threshold_provenance.controls_changed).to.equal(true);
      const [given] = records(await infer('--defects', '--pixel-threshold', '4'));
      expect(given.defects.pixel_threshold_provenance).to.deep.equal({ method: 'fixed', source: 'explicit', value: 4 });
      expect(given.postprocess_summary).to.include({ pixel_threshold_source: 'explicit', pixel_threshold_resolved: 4 });
      const warned = await infer('--defects', '--pixel-threshold-strategy', 'normal_pixel_quantile');
      expect(warned.stderr).to.match(/^warning: --pixel-threshold-strategy is for imgano train/);
    });
  });

  describe('saved maps', () => {
    const controls = ['--defect-min-area', '3', '--defect-hysteresis', '--defects-trace', '--defects-image-space'];
    let fromInfer: { index: number; input: string; anomaly_map: { path: string }; defects: Defects }[] = [];

    before(async () => {
      const saving = ['--include-maps', '--save-maps', at('maps'), '--save-masks', at('masks')];
      fromInfer = records(await infer('--defects', ...controls, ...saving, '--mask-format', 'npy'));
    });

    const defects = (...flags: string[]) => runCli('defects', '--quiet', '--save-jsonl', at('maps.jsonl'), ...flags);

    it('give what infer gave, regions, masks and all', async () => {
      const config = join(run, 'infer_config.json');
      const outcome = await defects(
        ...['--input', at('maps'), '--infer-config', config, ...controls, '--json'],
        ...['--save-masks', at('masks2'), '--mask-format', 'npz', '--defects-regions-jsonl', at('maps-regions.jsonl')],
      );
      expect(outcome.stderr).to.equal('');
      const report = JSON.parse(outcome.stdout);
      expect(report).to.include({ maps: 6, semantics: 2 });
      const again = lines(readFileSync(at('maps.jsonl'), 'utf8'));
      expect(again).to.have.length(6);
      for (const [i, record] of again.entries()) {
        expect(Object.keys(record)).to.deep.equal(['defects', 'index', 'input']);
        expect(record.input).to.equal(fromInfer[i].anomaly_map.path);
        const { mask, ...found } = record.defects;
        const { mask: before, ...expected } = fromInfer[i].defects;
        expect(found).to.deep.equal(expected);
        expect(mask).to.include({ dtype: 'uint8', encoding: 'npz' });
        expect(mask.path).to.equal(join(at('masks2'), `00000${i}_${stem(record.input)}.npz`));
        expect(mask.shape).to.deep.equal(before.shape);
      }
      expect(report.regions).to.equal(fromInfer.reduce((sum, { defects: { regions } }) => sum + regions.length, 0));
      expect(lines(readFileSync(at('maps-regions.jsonl'), 'utf8'))).to.have.length(6);
    });

    it('may be 16-bit pictures', async () => {
      mkdirSync(at('deep'));
      const map = await decodeMap(fromInfer[3].anomaly_map.path);
      const top = map.data.reduce((a, b) => Math.max(a, b));
      const levels = Uint16Array.from(map.data, (v) => Math.round((v / top) * 65535));
      writeFileSync(join(at('deep'), 'a.png'), await encodePng({ ...map, channels: 1, data: levels }));
      writeFileSync(join(at('deep'), 'b.tif'), tiffBytes({ ...map, values: [...levels] }, { bits: 16, channels: 1 }));
      const section = write('section.json', { schema_version: 2, defects: { pixel_threshold: 0.5, min_area: 3 } });
      const outcome = await defects('--input', at('deep'), '--infer-config', section, '--save-masks', at('deep-masks'));
      expect(outcome.stderr).to.equal('');
      const [a, b] = lines(readFileSync(at('maps.jsonl'), 'utf8'));
      expect(a.defects.regions.length).to.be.above(0);
      expect(b.defects.regions).to.deep.equal(a.defects.regions);
      const mask = await decodeMask(a.defects.mask.path);
      expect(mask.data.reduce((x, y) => x + y, 0)).to.equal(
        a.defects.regions.reduce((sum: number, r: { area: number }) => sum + r.area, 0),
      );
      expect(a.defects.pixel_threshold_provenance).to.include({ method: 'fixed', source: 'infer_config', value: 0.5 });
    });

    it('run as the Python system did without a schema version, with the section alone as well', async () => {
      const { min_area, pixel_threshold } = { min_area: 3, pixel_threshold: 3 };
      const python = { model: { name: 'vision_padim' }, threshold: 1, defects: { min_area, pixel_threshold } };
      const bare = write('bare.json', { min_area, pixel_threshold });
      const seen = [];
      for (const file of [write('python.json', python), write('one.json', { schema_version: 1, ...python }), bare]) {
        const outcome = await defects('--input', at('maps'), '--infer-config', file, '--json');
        expect(JSON.parse(outcome.stdout), outcome.stderr).to.include({ semantics: 1, pixel_threshold: 3 });
        seen.push(lines(readFileSync(at('maps.jsonl'), 'utf8')));
      }
      expect(seen[0]).to.deep.equal(seen[1]).and.to.deep.equal(seen[2]);
      const region = seen[0].flatMap(({ defects: { regions } }) => regions)[0];
      expect(region).to.have.property('id', 1);
      expect(region).not.to.have.property('perimeter');
      const moved = { ...python, postprocess: { pixel_threshold: { threshold: 4 } } };
      const outcome = await defects('--input', at('maps'), '--infer-config', write('moved.json', moved), '--json');
      expect(JSON.parse(outcome.stdout).pixel_threshold).to.equal(4);
    });

    it('refuse bad input with one sentence', async () => {
      const config = join(run, 'infer_config.json');
      const map = (name: string, shape: number[], values: number[]) => {
        writeFileSync(at(name), encodeNpy(shape, Float32Array.from(values)));
        return at(name);
      };
      const on = (input: string, ...flags: string[]) => defects('--input', input, '--infer-config', config, ...flags);
      refused(await on(map('nan.npy', [2, 2], [0, NaN, 0, 0])), 'got NaN at row 0, column 1');
      refused(await on(map('rank.npy', [4], [0, 0, 0, 0])), 'height and width');
      refused(await on(map('empty.npy', [0, 4], [])), 'height and width');
      refused(await on(at('nowhere')), 'nowhere');
      refused(await on(write('map.txt', 'x')), 'map.txt');
      mkdirSync(at('no-maps'));
      refused(await on(at('no-maps')), 'holds no map');
      const one = map('one.npy', [1, 1], [9]);
      expect((await on(one)).code).to.equal(0);
      expect(lines(readFileSync(at('maps.jsonl'), 'utf8'))[0].defects.regions).to.have.length(1);
      const outside = ['--roi-xyxy-norm', '2', '2', '3', '3'];
      expect((await on(one, ...outside)).code).to.equal(0);
      expect(lines(readFileSync(at('maps.jsonl'), 'utf8'))[0].defects.regions).to.deep.equal([]);
      refused(await on(one, '--defect-map-smoothing', 'median', '--defect-map-smoothing-ksize', '4'), 'odd size');
      const crossed = ['--defect-hysteresis', '--defect-hysteresis-low', '2', '--defect-hysteresis-high', '1'];
      refused(await on(one, ...crossed), 'low 2 above high 1');
      refused(await on(one, '--defects-mask-space', 'full'), '"full" belongs to schema_version 1');
      const bad = (name: string, value: unknown) => defects('--input', one, '--infer-config', write(name, value));
      refused(await bad('none.json', { schema_version: 2, defects: {} }), 'give --pixel-threshold');
      refused(await bad('three.json', { schema_version: 3, defects: {} }), 'expected 1 or 2, got 3');
      refused(await bad('typo.json', { schema_version: 2, defects: { min_aera: 3 } }), 'did you mean "min_area"?');
      refused(await bad('list.json', '[1]'), 'expected an object');
      refused(await bad('broken.json', '{'), 'is not valid JSON');
    });
  });

  it('validates every flag by its key and names it', async () => {
    for (const [flag, value, says] of [
      ['--defect-min-area', '-1', '--defect-min-area: expected whole number of 0 or more, got -1'],
      ['--defect-min-area', 'x', '--defect-min-area: expected a number, got "x"'],
      ['--defect-border-ignore-px', '1.5', '--defect-border-ignore-px: expected whole number'],
      ['--defect-map-smoothing', 'meadian', '--defect-map-smoothing: expected one of none, median'],
      ['--defect-min-fill-ratio', '2', '--defect-min-fill-ratio: expected number from 0 to 1'],
      ['--defect-max-aspect-ratio', '0.5', '--defect-max-aspect-ratio: expected number of 1 or more'],
      ['--defect-max-regions', '0', '--defect-max-regions: expected whole number of 1 or more'],
      ['--defect-max-regions-sort-by', 'size', '--defect-max-regions-sort-by: expected one of score_max'],
      ['--mask-format', 'gif', '--mask-format: expected one of png, npy, npz'],
      [
        '--defects-preset',
        'fp41',
        '--defects-preset: expected one of industrial-defects-fp40, industrial-defects-fp40-v2',
      ],
      ['--pixel-threshold-strategy', 'guess', '--pixel-threshold-strategy: expected one of'],
      ['--overlay-max-size', '0', '--overlay-max-size: expected whole number of 1 or more'],
    ]) {
      refused(await runCli('infer', '--infer-config', run, '--input', data, '--quiet', `${flag}=${value}`), says);
    }
    const needs = [
      'infer',
      '--infer-config',
      run,
      '--input',
      data,
      '--quiet',
      '--defects-regions-jsonl',
      at('x.jsonl'),
    ];
    refused(await runCli(...needs), '--defects-regions-jsonl requires --defects');
    const trainWith = (...flags: string[]) =>
      runCli('train', '--model', 'vision_pixel_gaussian_map', '--train', data, '--out', at('x'), ...flags);
    refused(
      await trainWith('--false-region-confidence', '1'),
      '--false-region-confidence: expected number between 0 and 1',
    );
    refused(await trainWith('--false-region-budget=-1'), '--false-region-budget: expected number of 0 or more');
    refused(await trainWith('--pixel-threshold-strategy', 'fixed'), '"fixed" takes the threshold from');
  });

  it('measures regions in evaluate, with --defects only', async () => {
    const evaluate = async (...flags: string[]) => {
      const outcome = await runCli('evaluate', '--infer-config', run, '--data', data, '--json', '--quiet', ...flags);
      expect(outcome.code, outcome.stderr).to.equal(0);
      return JSON.parse(outcome.stdout);
    };
    const plain = await evaluate();
    const report = await evaluate('--defects', '--defect-min-area', '9');
    expect(report).to.deep.include({ defects_total: 3, defects_hit: 3, defect_pictures: 3, defect_pictures_hit: 3 });
    expect(report).to.deep.include({ false_regions: 0, false_regions_per_100_good: 0, good_pictures_with_regions: 0 });
    expect(report.region_precision).to.equal(1);
    for (const key of Object.keys(plain)) expect(report[key]).to.deep.equal(plain[key]);
    expect(Object.keys(plain).filter((key) => /region|defect_|defects_/.test(key))).to.deep.equal([]);
    const low = await evaluate('--defects', '--pixel-threshold', '2');
    expect(low.false_regions_per_100_good).to.be.above(100);
    expect(low.region_precision).to.be.below(0.5);
  });
});

interface Defects {
  regions: unknown[];
  mask: { shape: number[] };
}

function lines(text: string) {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

function stem(path: string): string {
  return path.replace(/^.*\//, '').replace(/\.[^.]*$/, '');
}

function refused({ code, stderr }: CliOutcome, says: string): void {
  expect(code, stderr).to.equal(2);
  expect(stderr).to.include(says);
  expect(stderr.trim().split('\n'), stderr).to.have.length(1);
  expect(stderr).to.match(/^error: /);
}
