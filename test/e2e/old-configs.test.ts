import { expect } from 'chai';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/cli.js';
import { useToyRun } from '../support/toy-run.js';

type Json = Record<string, unknown>;

/** Configs of the Python system, by hand, over a model that was trained here. */
describe('configs of schema_version 0 and 1', () => {
  const { dir, data, run } = useToyRun();
  const test = join(data, 'test');
  /** Beside the model; its own file name a test. */
  const write = (name: string, over: Json) => {
    const trained = JSON.parse(readFileSync(join(run, 'infer_config.json'), 'utf8')) as Json & { defects: Json };
    const path = join(run, name);
    const document = {
      from_run: 'runs/20240101_custom_industrial-adapt_vision_pixel_gaussian_map',
      category: 'custom',
      model: {
        ...{ name: 'vision_pixel_gaussian_map', preset: null, device: 'cpu', pretrained: true, contamination: 0.1 },
        ...{ model_kwargs: (trained.model as Json).model_kwargs, checkpoint_path: null },
      },
      adaptation: { tiling: { tile_size: null, stride: null }, postprocess: null, save_maps: false },
      defects: {
        ...{
          enabled: true,
          pixel_threshold: trained.defects.pixel_threshold,
          map_smoothing: { method: 'median', ksize: 3, sigma: 0 },
        },
        ...{ hysteresis: { enabled: true, low: null, high: null }, min_area: 2, open_ksize: 2 },
      },
      threshold: trained.threshold,
      threshold_provenance: {
        ...{ method: 'quantile', quantile: 0.9, source: 'contamination', contamination: 0.1, calibration_count: 3 },
        score_summary: (trained.threshold_provenance as Json).score_summary,
      },
      checkpoint: { path: 'model' },
      split_fingerprint: {
        schema_version: 1,
        sha256: 'a'.repeat(64),
        train_count: 9,
        calibration_count: 3,
        test_count: 6,
        input_format: 'paths',
      },
      timestamp_utc: '2024-01-01T00:00:00+00:00',
      pyimgano_version: '0.9.1',
      ...over,
    };
    writeFileSync(path, JSON.stringify(document));
    return path;
  };
  const records = (text: string) =>
    text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Json & { defects: Json & { regions: Json[] } });

  it('run with a model of ours, and their defects stages are those of the Python system', async () => {
    const config = write('absent.json', {});
    const maps = join(dir, 'maps');
    const outcome = await runCli(
      'infer',
      '--infer-config',
      config,
      '--input',
      test,
      '--include-maps',
      '--save-maps',
      maps,
      '--quiet',
    );
    expect(outcome.code, outcome.stderr).to.equal(0);
    const lines = records(outcome.stdout);
    expect(lines.some(({ defects }) => defects.regions.length > 0)).to.equal(true);
    // Regions of semantics 2 have a perimeter, those of semantics 1 have not.
    for (const { defects } of lines)
      for (const region of defects.regions) expect(region).to.not.have.property('perimeter');
    const again = join(dir, 'again.jsonl');
    const other = await runCli('defects', '--input', maps, '--infer-config', config, '--save-jsonl', again, '--json');
    expect(other.code, other.stderr).to.equal(0);
    expect(JSON.parse(other.stdout)).to.include({ semantics: 1 });
    const plain = records(readFileSync(again, 'utf8')).map(({ defects }) => defects);
    expect(plain).to.deep.equal(lines.map(({ defects }) => defects));
  });

  it('warn of what has no meaning, and go on', async () => {
    const config = write('typo.json', { schema_version: 0, reporter: 'x' });
    const { code, stderr } = await runCli('infer', '--infer-config', config, '--input', test);
    expect(code).to.equal(0);
    expect(stderr).to.contain('schema_version: 0 is read as 1');
    expect(stderr).to.contain('reporter: unknown key');
    expect(stderr).to.contain('no sha256 of the model files');
  });

  it('let postprocess beat the sections, and a category beat postprocess', async () => {
    const postprocess = {
      ...{ schema_version: 1, threshold_scope: 'image', image_threshold: { threshold: -1 } },
      ...{
        pixel_threshold: { enabled: true, strategy: 'fixed', threshold: 1e9 },
        review_policy: { reject_confidence_below: 0.01 },
      },
      map_postprocess: { normalize: false, gaussian_sigma: 1 },
    };
    const infer = async (config: string, ...flags: string[]) => {
      const { code, stdout, stderr } = await runCli(
        'infer',
        '--infer-config',
        config,
        '--input',
        join(test, 'good'),
        '--quiet',
        ...flags,
      );
      expect(code, stderr).to.equal(0);
      return records(stdout)[0];
    };
    const one = await infer(write('post.json', { schema_version: 1, postprocess }));
    expect((one.decision_summary as Json).threshold_applied).to.equal(-1);
    expect(one).to.include.keys('label_confidence', 'rejected', 'anomaly_map');
    expect(one.defects).to.deep.include({ pixel_threshold: 1e9, regions: [] });
    expect((one.postprocess_summary as Json).map_postprocess_summary).to.include({ gaussian_sigma: 1 });
    const many = write('many.json', {
      ...{ schema_version: 1, category: 'all', postprocess },
      per_category: { bolt: { threshold: 5, report: {} }, nut: { threshold: 6 } },
    });
    const nut = await infer(many, '--infer-category', 'nut');
    expect((nut.decision_summary as Json).threshold_applied).to.equal(6);
    const { code, stderr } = await runCli('infer', '--infer-config', many, '--input', test);
    expect(code).to.equal(2);
    expect(stderr).to.contain('holds 2 categories (bolt, nut); choose one with --infer-category');
  });

  it('say how to train again where they name a checkpoint of the Python system', async () => {
    mkdirSync(join(run, 'checkpoints'));
    writeFileSync(join(run, 'checkpoints/model.pt'), 'x');
    const config = write('python.json', { schema_version: 1, checkpoint: { path: 'checkpoints/model.pt' } });
    const { code, stderr } = await runCli('infer', '--infer-config', config, '--input', test);
    expect(code).to.equal(2);
    expect(stderr).to.match(
      /is a checkpoint of the Python system, which does not carry over; train again with `imgano train`/,
    );
  });

  it('run without a checkpoint where the model learns nothing', async () => {
    const config = write('golden.json', {
      ...{ schema_version: 1, checkpoint: null, model: { name: 'vision_ref_patch_distance_map' }, threshold: 0.5 },
    });
    const good = join(test, 'good');
    const first = readdirSync(good)[0];
    const { code, stdout, stderr } = await runCli(
      'infer',
      '--infer-config',
      config,
      '--input',
      join(good, first),
      '--reference-dir',
      good,
    );
    expect(code, stderr).to.equal(0);
    // A picture that is its own reference differs in nothing.
    expect(records(stdout)[0].score).to.be.closeTo(0, 1e-4);
  });
});
