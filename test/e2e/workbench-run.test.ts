import { expect } from 'chai';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CalibrationCard } from '../../src/config/calibration-card.js';
import { decode } from '../../src/config/codec.js';
import { openRun } from '../../src/inference/open-run.js';
import { canonicalJson } from '../../src/inference/records/canonical-json.js';
import { openBundle } from '../../src/workbench/bundle/open-bundle.js';
import { backends } from '../support/backends.js';
import { runCli } from '../support/cli.js';
import { scratch, writeToyDataset } from '../support/toy-run.js';

const KWARGS = ['--model-kwargs', '{"resize_hw":{"height":48,"width":64}}'];

describe('a training run', () => {
  const dir = scratch();
  const data = join(dir, 'data');
  const train = (out: string, ...extra: string[]) =>
    runCli(
      ...['train', '--model', 'vision_pixel_gaussian_map', '--train', data, `--out=${out}`, '--quiet'],
      ...KWARGS,
      ...extra,
    );
  const json = (...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8'));

  before(() => writeToyDataset(data));

  for (const backend of backends) {
    it(`is replayed to the byte by every way [${backend}]`, async () => {
      const run = join(dir, `run-${backend}`);
      const flags = ['--backend', backend, '--defects', '--seed', '5', '--export-deploy-bundle'];
      const { code, stderr } = await train(run, ...flags);
      expect(code, stderr).to.equal(0);
      const own = readFileSync(join(run, 'per_image.jsonl'), 'utf8');
      expect(own.trim().split('\n')).to.have.length(6);
      const bundle = join(run, 'deploy_bundle');
      const input = ['--input', join(data, 'test'), '--backend', backend, '--quiet'];
      for (const source of [
        ['infer', '--infer-config', run],
        ['infer', '--from-run', run],
        ['bundle', 'run', bundle],
      ]) {
        expect((await runCli(...source, ...input)).stdout).to.equal(own);
      }
      for (const opened of [openRun(run, { backend }), openBundle(bundle, { backend })]) {
        let text = '';
        for await (const record of (await opened).inspect(join(data, 'test'))) text += `${canonicalJson(record)}\n`;
        expect(text).to.equal(own);
        await (await opened).dispose();
      }
      for (const place of [run, bundle]) {
        const checked = await runCli('validate-infer-config', place, '--strict', '--json');
        expect(JSON.parse(checked.stdout)).to.include({ valid: true, warnings: 0 });
      }
    });
  }

  it('says what was run, on what, where, and what came out', async () => {
    const run = join(dir, 'told');
    await train(run, '--seed', '3');
    const report = json(run, 'report.json');
    expect(report).to.include({ dataset: 'data', recipe: 'industrial-adapt', seed: 3, results_missing: null });
    expect(report.results).to.include({ image_auroc: 1 });
    expect(report.dataset_summary).to.include({ train_count: 9, calibration_count: 3, test_count: 6 });
    expect(report.dataset_readiness).to.deep.include({ status: 'warning', issue_codes: ['FEWSHOT_TRAIN_SET'] });
    expect(json(run, 'config.json').config).to.deep.equal(report.config);
    const card = decode(CalibrationCard, json(run, 'calibration_card.json'), 'card');
    expect(card.image_threshold.threshold).to.equal(json(run, 'infer_config.json').threshold);
    const labels = readFileSync(join(run, 'labels.jsonl'), 'utf8').trim().split('\n');
    const records = readFileSync(join(run, 'per_image.jsonl'), 'utf8').trim().split('\n');
    for (const [i, line] of labels.entries()) {
      const { index, input, score, pred, y_true, defect } = JSON.parse(line);
      expect(JSON.parse(records[i])).to.include({ index, input, score, label: pred });
      expect(defect === 'good' ? 0 : 1).to.equal(y_true);
    }
    const environment = json(run, 'environment.json');
    expect(environment).to.include({ node: process.version, device: 'cpu' });
    expect(environment).to.have.keys(
      ...['timestamp_utc', 'imgano', 'node', 'platform', 'cpu', 'memory_bytes', 'packages', 'backend', 'device'],
      ...['libtensorflow', 'cuda', 'cudnn', 'gpus', 'webgpu', 'fingerprint_sha256'],
    );
    expect(environment.libtensorflow === null).to.equal(environment.backend !== 'tensorflow');
  });

  it('saves maps, named as they lie in its folder', async () => {
    const config = join(dir, 'maps.json');
    writeFileSync(
      config,
      JSON.stringify({ dataset: { root: data }, adaptation: { save_maps: true }, model: { name: 'x' } }),
    );
    const run = join(dir, 'with maps');
    expect((await train(run, '--config', config)).stderr).to.equal('');
    const [first] = readFileSync(join(run, 'per_image.jsonl'), 'utf8').split('\n');
    expect(JSON.parse(first).anomaly_map.path).to.equal(join('maps', '000000_000.npy'));
    expect(readdirSync(join(run, 'maps'))).to.have.length(6);
  });

  it('keeps the model where the test pictures spoil the evaluation, and says why', async () => {
    const spoiled = join(dir, 'spoiled');
    await writeToyDataset(spoiled);
    writeFileSync(join(spoiled, 'test/good/001.png'), 'no picture');
    const run = join(dir, 'not-evaluated');
    const { code, stderr } = await train(run, '--train', spoiled);
    expect(code).to.equal(0);
    expect(stderr).to.contain('was not evaluated');
    expect(json(run, 'report.json').results_missing).to.contain('001.png');
    expect(existsSync(join(run, 'per_image.jsonl'))).to.equal(false);
    expect(json(run, 'report.json').preflight.issues[0]).to.include({
      code: 'PICTURE_UNREADABLE',
      severity: 'warning',
    });
  });

  it('takes a recipe, which file and flags beat, and names its folder itself', async () => {
    const yaml = join(dir, 'a.yaml');
    writeFileSync(
      yaml,
      `recipe: industrial-adapt-highres\ndataset: { root: ${JSON.stringify(data)} }\nmodel: { name: vision_patchcore }\n`,
    );
    const shown = async (...flags: string[]) =>
      JSON.parse((await runCli('train', '--config', yaml, '--dry-run', ...flags)).stdout).config;
    const { tiling, save_maps } = (await shown()).adaptation;
    expect(tiling).to.include({ tile_size: 512, stride: 384, score_reduce: 'topk_mean', map_reduce: 'hann' });
    expect(save_maps).to.equal(true);
    expect((await shown('--tile-size', '64')).adaptation.tiling).to.include({ tile_size: 64, stride: null });
    expect((await shown('--recipe', 'industrial-adapt-fp40-v2')).defects).to.include({ enabled: true, min_area: 16 });
    const wrong = await runCli('train', '--config', yaml, '--recipe', 'industrial-adap', '--dry-run');
    expect(wrong.stderr).to.contain('did you mean "industrial-adapt"?');
    const home = process.cwd();
    process.chdir(dir);
    try {
      const flags = ['--model', 'vision_pixel_gaussian_map', ...KWARGS, '--train', 'data', '--quiet', '--json'];
      const { run_dir } = JSON.parse((await runCli('train', ...flags)).stdout);
      expect(run_dir).to.match(/^runs\/\d{8}_\d{6}_data_industrial-adapt_vision_pixel_gaussian_map$/);
      expect((await runCli('runs', 'latest')).stdout).to.equal(`${run_dir}\n`);
    } finally {
      process.chdir(home);
    }
  });

  it('works under difficult names', async () => {
    const hard = join(dir, '-données 部品 1');
    mkdirSync(hard);
    renameSync(data, join(hard, '-data'));
    const home = process.cwd();
    process.chdir(hard);
    try {
      const flags = ['--model', 'vision_pixel_gaussian_map', ...KWARGS, '--train=-data', '--out=-ru n', '--quiet'];
      expect((await runCli('train', ...flags)).stderr).to.equal('');
      const { stdout } = await runCli('infer', '--from-run=-ru n', '--input=-data/test', '--quiet');
      expect(stdout).to.equal(readFileSync('-ru n/per_image.jsonl', 'utf8'));
      expect((await runCli('runs', 'show', '--', '-ru n')).code).to.equal(0);
    } finally {
      process.chdir(home);
      renameSync(join(hard, '-data'), data);
    }
  });
});
