import { expect } from 'chai';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exportToyBundle } from '../support/bundles.js';
import { runCli } from '../support/cli.js';
import { useToyRun } from '../support/toy-run.js';

describe('imgano drift', () => {
  const { dir, data, run } = useToyRun();
  const bundle = join(dir, 'bundle');
  const jsonl = join(dir, 'out.jsonl');

  before(async () => {
    // A calibration of some size, without the pictures for it.
    const path = join(run, 'infer_config.json');
    const config = JSON.parse(readFileSync(path, 'utf8'));
    config.calibration_scores = Array.from({ length: 60 }, (_, i) => config.threshold * (0.5 + i / 120));
    writeFileSync(path, JSON.stringify(config));
    await exportToyBundle(run, data, bundle);
    await runCli('infer', '--from-run', run, '--input', join(data, 'test'), '--save-jsonl', jsonl, '--quiet');
  });

  it('says that six records are too few, and tells the numbers all the same', async () => {
    for (const reference of [bundle, run]) {
      const { code, stdout, stderr } = await runCli('drift', '--reference', reference, '--jsonl', jsonl, '--json');
      expect(stderr).to.equal('');
      expect(code).to.equal(0);
      const report = JSON.parse(stdout);
      expect(report).to.include({ verdict: 'too_few', count: 6, reference_count: 60, errors: 0 });
      expect(report.anomalous).to.include({ count: 3, share: 0.5 });
    }
  });

  it('finds a drift, draws it, ends with 1, and leaves error records and a torn line out', async () => {
    const many = join(dir, 'many.jsonl');
    const scores = Array.from({ length: 100 }, (_, i) => 1000 + i);
    const lines = scores.map((score) => JSON.stringify({ score }));
    writeFileSync(many, [...lines, '{"status":"error"}', '{"score":'].join('\n'));
    const svg = join(dir, 'drift.svg');
    const { code, stdout } = await runCli('drift', '--reference', bundle, '--jsonl', many, '--plot', svg);
    expect(code).to.equal(1);
    expect(stdout).to.match(/^verdict +drift\n/);
    expect(stdout).to.match(/\nPSI +\d.*\nKS +1\.0000 /);
    expect(readFileSync(svg, 'utf8')).to.contain('now (100)');
  });

  it('warns of records of another config, and refuses what is no record', async () => {
    const other = join(dir, 'other.jsonl');
    const flags = [
      '--input',
      join(data, 'test'),
      '--save-jsonl',
      other,
      '--quiet',
      '--pixel-threshold',
      '1',
      '--defects',
    ];
    await runCli('infer', '--from-run', run, ...flags);
    expect((await runCli('drift', '--reference', bundle, '--jsonl', other)).stderr).to.contain('another config');
    writeFileSync(other, '{"a":1}\n');
    const refused = await runCli('drift', '--reference', bundle, '--jsonl', other);
    expect(refused.stderr).to.match(/other\.jsonl:1: expected the record of a picture/);
    expect(refused.code).to.equal(2);
  });

  it('infer takes one run, by either flag', async () => {
    const input = ['--input', join(data, 'test'), '--quiet'];
    expect((await runCli('infer', ...input)).stderr).to.contain('--infer-config or --from-run is missing');
    const both = await runCli('infer', '--from-run', run, '--infer-config', run, ...input);
    expect(both.stderr).to.equal('error: --from-run does not go with --infer-config; give one of them\n');
  });
});
