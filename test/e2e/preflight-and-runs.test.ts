import { expect } from 'chai';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runCli } from '../support/cli.js';
import { trainToyRun, useToyRun } from '../support/toy-run.js';

const KWARGS = ['--model-kwargs', '{"resize_hw":{"height":48,"width":64}}'];

describe('imgano preflight', () => {
  const { dir, data, run } = useToyRun();
  const check = async (...flags: string[]) => {
    const { code, stdout, stderr } = await runCli('preflight', '--json', '--quiet', ...flags);
    expect(stdout, stderr).to.not.equal('');
    return { code, report: JSON.parse(stdout).preflight };
  };
  const gaussian = ['--model', 'vision_pixel_gaussian_map', ...KWARGS];
  const manifest = (name: string, ...rows: (object | string)[]) => {
    const path = join(dir, name);
    writeFileSync(path, rows.map((row) => (typeof row === 'string' ? row : JSON.stringify(row))).join('\n'));
    return path;
  };
  const good = (i: number) => ({ image_path: join(data, `train/good/00${i}.png`), category: 'a' });

  it('tells what a run has, and what it will take', async () => {
    const { code, report } = await check(...gaussian, '--train', data, '--out', join(dir, 'new'));
    expect(code).to.equal(0);
    expect(report.issues).to.deep.equal([]);
    expect(report.summary).to.include({ train_count: 9, calibration_count: 3, test_count: 6, test_anomaly_count: 3 });
    expect(report.estimate).to.include({ measured_on: 4, missing: null });
    for (const key of ['fit_seconds', 'calibrate_seconds', 'evaluate_seconds', 'process_mb']) {
      expect(report.estimate[key], key).to.be.at.least(0);
    }
  });

  const cases: Record<string, () => string[]> = {
    MODEL_REGISTRY_UNKNOWN_MODEL: () => ['--model', 'vision_x', '--train', data],
    MODEL_REGISTRY_INVALID_KWARGS: () => [...gaussian, '--model-kwargs', '{"x":1}', '--train', data],
    DEFECTS_REQUIRES_PIXEL_MAP_MODEL: () => ['--model', 'vision_patchcore_lite', '--train', data, '--defects'],
    DATASET_ROOT_MISSING: () => [...gaussian, '--train', join(dir, 'nowhere')],
    CUSTOM_DATASET_INVALID_STRUCTURE: () => [...gaussian, '--train', join(data, 'test')],
    DATASET_CATEGORY_NOT_FOUND: () => [...gaussian, '--train', data, '--category', 'x'],
    MANIFEST_NOT_FOUND: () => [...gaussian, '--train', join(dir, 'no.jsonl')],
    MANIFEST_EMPTY: () => [...gaussian, '--train', manifest('empty.jsonl', '# nothing')],
    MANIFEST_INVALID_JSON: () => [...gaussian, '--train', manifest('broken.jsonl', '{')],
    MANIFEST_INVALID_RECORD: () => [
      ...gaussian,
      '--train',
      manifest('record.jsonl', { ...good(1), split: 'val', label: 1 }),
    ],
    MANIFEST_CATEGORY_EMPTY: () => [...gaussian, '--train', manifest('other.jsonl', good(1)), '--category', 'b'],
    MANIFEST_MISSING_IMAGE: () => [...gaussian, '--train', manifest('lost.jsonl', { image_path: 'x', category: 'a' })],
    MANIFEST_MISSING_MASK: () => [...gaussian, '--train', manifest('mask.jsonl', { ...good(1), mask_path: 'x' })],
    MANIFEST_DUPLICATE_IMAGE: () => [...gaussian, '--train', manifest('twice.jsonl', good(1), good(1))],
    MANIFEST_GROUP_SPLIT_CONFLICT: () => [
      ...[...gaussian, '--train'],
      manifest(
        'split.jsonl',
        { ...good(1), group_id: 'g', split: 'train' },
        { ...good(2), group_id: 'g', split: 'val' },
      ),
    ],
    MANIFEST_GROUP_ANOMALY_IN_TRAIN: () => [
      ...[...gaussian, '--train'],
      manifest('bad.jsonl', { ...good(1), group_id: 'g', split: 'train' }, { ...good(2), group_id: 'g', label: 1 }),
    ],
    DATASET_TOO_FEW_PICTURES: () => [...gaussian, '--train', manifest('one.jsonl', { ...good(1), split: 'train' })],
    MISSING_TRAIN_SPLIT: () => [
      ...gaussian,
      '--train',
      manifest('test.jsonl', { ...good(1), split: 'test', label: 0 }),
    ],
    LABELLED_DEFECTS_INVALID: () => [...gaussian, '--train', data, '--defects-dir', join(data, 'test')],
    OTHER_PICTURES_INVALID: () => [...gaussian, '--train', data, '--others-dir', data],
    REFERENCES_INVALID: () => [...gaussian, '--train', data, '--reference-dir', data],
    DEFECTS_INVALID: () => [
      ...gaussian,
      '--train',
      data,
      '--defect-hysteresis',
      '--defect-hysteresis-low',
      '3',
      '--defect-hysteresis-high',
      '2',
    ],
    CALIBRATION_INVALID: () => [...gaussian, '--train', data, '--calibration-rule', 'fixed'],
    TILING_INVALID: () => [...gaussian, '--train', data, '--tile-size', '16', '--tile-stride', '32'],
    OUTPUT_DIR_NOT_EMPTY: () => [...gaussian, '--train', data, '--out', run],
  };
  for (const [code, flags] of Object.entries(cases)) {
    it(`${code}, and train refuses it with the same sentence`, async () => {
      const given = flags();
      const out = given.includes('--out') ? [] : ['--out', join(dir, 'never')];
      const found = await check(...given, ...out, '--no-estimate');
      expect(found.code).to.equal(2);
      expect(found.report.issues.map((issue: { code: string }) => issue.code)).to.deep.equal([code]);
      const trained = await runCli('train', ...given, ...out, '--quiet');
      expect(trained.stderr).to.equal(`error: ${found.report.issues[0].message}\n`);
      expect(trained.code).to.equal(2);
    });
  }

  it('tells everything at once', async () => {
    const flags = ['--model', 'vision_x', '--train', join(dir, 'nowhere'), '--out', run];
    const { report } = await check(...flags);
    expect(report.issues.map((issue: { code: string }) => issue.code)).to.deep.equal([
      ...['MODEL_REGISTRY_UNKNOWN_MODEL', 'OUTPUT_DIR_NOT_EMPTY', 'DATASET_ROOT_MISSING'],
    ]);
    expect((await runCli('train', ...flags, '--preflight', '--quiet')).code).to.equal(2);
  });

  it('finds a damaged picture by its header, and a budget that the pictures cannot support', async () => {
    const damaged = join(dir, 'damaged');
    cpSync(join(data, 'train/good'), damaged, { recursive: true });
    writeFileSync(join(damaged, '003.png'), 'no picture');
    const flags = [...gaussian, '--out', join(dir, 'never'), '--false-alarm-budget', '10', '--no-estimate'];
    const { report } = await check(...flags, '--train', damaged);
    const told = report.issues.map(({ code, severity }: Record<string, string>) => `${severity} ${code}`);
    expect(told.sort()).to.deep.equal(['error PICTURE_UNREADABLE', 'warning CALIBRATION_TOO_FEW_PICTURES']);
  });

  it('refuses a fit that does not fit the memory it was given', async () => {
    const kwargs = '{"memory_mb":1,"resize":{"mode":"stretch","size":{"height":128,"width":128}}}';
    const flags = [
      '--model',
      'vision_patchcore',
      '--model-kwargs',
      kwargs,
      '--train',
      data,
      '--out',
      join(dir, 'never'),
    ];
    const { code, report } = await check(...flags);
    expect(report.issues.map((issue: { code: string }) => issue.code)).to.deep.equal(['MEMORY_BUDGET_EXCEEDED']);
    expect(code).to.equal(2);
  });
});

describe('imgano runs', () => {
  const { dir, data, run } = useToyRun();
  const runs = async (...argv: string[]) => {
    const outcome = await runCli('runs', ...argv);
    return { ...outcome, json: outcome.stdout.startsWith('{') ? JSON.parse(outcome.stdout) : null };
  };
  const other = join(dir, 'b/run');

  before(() => trainToyRun(join(dir, 'b'), data, '--seed', '9', '--export-deploy-bundle'));

  it('lists the newest first, and what cannot be read', async () => {
    cpSync(run, join(dir, 'broken'), { recursive: true });
    writeFileSync(join(dir, 'broken/report.json'), '{');
    const { json } = await runs('list', '--root', dir, '--json');
    expect(json.runs.map(({ path }: { path: string }) => path)).to.deep.equal([other, run]);
    expect(json.unreadable.map(({ path }: { path: string }) => path)).to.deep.equal([join(dir, 'broken')]);
    expect((await runs('latest', '--root', dir)).stdout).to.equal(`${other}\n`);
    expect((await runs('list', '--root', dir, '--model', 'x', '--json')).json.runs).to.deep.equal([]);
    rmSync(join(dir, 'broken'), { recursive: true });
  });

  it('shows how much a run can prove, measured on its files', async () => {
    expect((await runs('show', run, '--json')).json).to.include({ quality: 'reproducible' });
    expect((await runs('show', other, '--json')).json).to.deep.include({ quality: 'deployable', missing: [] });
    const altered = join(dir, 'altered');
    const quality = async (change: () => void) => {
      cpSync(other, altered, { recursive: true });
      change();
      const { json } = await runs('show', altered, '--json');
      rmSync(altered, { recursive: true });
      return json.quality;
    };
    const edit = (file: string, from: RegExp, to: string) => () =>
      writeFileSync(join(altered, file), readFileSync(join(altered, file), 'utf8').replace(from, to));
    expect(await quality(edit('deploy_bundle/report.json', /"seed": 9/, '"seed": 8'))).to.equal('audited');
    expect(await quality(edit('calibration_card.json', /"threshold": /, '"threshold": 1'))).to.equal('reproducible');
    expect(await quality(edit('operator_contract.json', /false/, 'true'))).to.equal('reproducible');
    expect(await quality(() => rmSync(join(altered, 'config.json')))).to.equal('partial');
    expect(await quality(() => rmSync(join(altered, 'model/model.json')))).to.equal('partial');
  });

  it('compares figures, and says whether they may be compared and in what configs differ', async () => {
    const { json, code } = await runs('compare', run, other, '--require', 'test', '--json');
    expect(code).to.equal(0);
    const [baseline, compared] = json.runs;
    expect(baseline).to.include({ verdict: 'baseline' });
    expect(compared.comparability).to.include({ target: 'matched', split: 'mismatched', test: 'matched' });
    expect(compared.config_differences).to.deep.equal([{ key: 'seed', baseline: 0, value: 9 }]);
    expect(compared.verdict).to.equal('pass');
    expect((await runs('compare', run, other, '--require', 'split')).code).to.equal(1);
  });

  it('ends with 1 on a regression when asked', async () => {
    const worse = join(dir, 'worse');
    cpSync(run, worse, { recursive: true });
    const report = JSON.parse(readFileSync(join(worse, 'report.json'), 'utf8'));
    report.results.image_auroc -= 0.1;
    report.test_fingerprint = null;
    writeFileSync(join(worse, 'report.json'), JSON.stringify(report));
    const { json, code } = await runs('compare', run, worse, '--json');
    expect(code).to.equal(0);
    expect(json.runs[1].metric_rows.image_auroc).to.deep.equal({
      ...{ value: report.results.image_auroc, delta_vs_baseline: -0.1, status: 'regressed' },
    });
    expect(json.runs[1]).to.deep.include({
      verdict: 'informational',
      reasons: ['test:missing', 'image_auroc:regressed'],
    });
    expect((await runs('compare', run, worse, '--fail-on-regression')).code).to.equal(1);
    expect((await runs('compare', run, worse, '--fail-on-regression', '--tolerance', '0.2')).code).to.equal(0);
    expect((await runs('compare', run, join(dir, 'nowhere'))).stderr).to.match(
      /^error: .*name a run folder of imgano train\n$/,
    );
    rmSync(worse, { recursive: true });
  });
});
