import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeMask } from '../../src/data/decode-mask.js';
import { runCli } from '../support/cli.js';
import { trainToyRun, useToyRun } from '../support/toy-run.js';

describe('train, infer, evaluate', () => {
  const { dir, data, run } = useToyRun();

  it('writes a whole run folder', () => {
    expect(readdirSync(run).sort()).to.deep.equal([
      ...['calibration_card.json', 'config.json', 'environment.json', 'infer_config.json', 'labels.jsonl', 'model'],
      ...['per_image.jsonl', 'per_image.jsonl.run.json', 'report.json'],
    ]);
    const config = JSON.parse(readFileSync(join(run, 'infer_config.json'), 'utf8'));
    expect(config.schema_version).to.equal(2);
    expect(config.threshold_provenance).to.include({ split: 'held_out', calibration_count: 3 });
    expect(config.split_fingerprint).to.include({ train_count: 9, calibration_count: 3 });
    expect(config.defects.pixel_threshold).to.equal(config.pixel_threshold_provenance.value);
    expect(readdirSync(dir).filter((name) => name.startsWith('.run'))).to.deep.equal([]);
  });

  it('finds the planted squares and passes the good pictures', async () => {
    const jsonl = join(dir, 'out.jsonl');
    const folders = ['maps', 'masks', 'overlays'].map((name) => join(dir, name));
    const outcome = await runCli(
      ...[
        'infer',
        '--infer-config',
        join(run, 'infer_config.json'),
        '--input',
        join(data, 'test'),
        '--save-jsonl',
        jsonl,
      ],
      ...[
        '--include-maps',
        '--save-maps',
        folders[0],
        '--defects',
        '--defect-min-area',
        '9',
        '--save-masks',
        folders[1],
      ],
      ...['--save-overlays', folders[2], '--quiet'],
    );
    expect(outcome.stderr).to.equal('');
    expect(outcome.code).to.equal(0);
    const records = lines(jsonl);
    expect(records).to.have.length(6);
    for (const record of records) {
      const square = record.input.includes('square');
      expect(record.label, record.input).to.equal(square ? 1 : 0);
      expect(existsSync(record.anomaly_map.path)).to.equal(true);
      const mask = await decodeMask(record.defects.mask.path);
      expect([mask.height, mask.width]).to.deep.equal(record.defects.mask.shape);
      if (!square) continue;
      const [x1, y1, x2, y2] = record.defects.regions[0].bbox_xyxy;
      expect([x1, y1, x2, y2].every((v, i) => Math.abs(v - [20, 12, 31, 23][i]) <= 3)).to.equal(true);
      expect(mask.data.reduce((a, b) => a + b, 0)).to.be.at.least(100);
    }
    expect(readdirSync(folders[2])).to.have.length(6);
  });

  it('gives the same bytes twice, and without options no optional fields', async () => {
    const [a, b] = [join(dir, 'a.jsonl'), join(dir, 'b.jsonl')];
    for (const path of [a, b]) {
      await runCli('infer', '--infer-config', run, '--input', join(data, 'test'), '--save-jsonl', path, '--quiet');
    }
    expect(readFileSync(a)).to.deep.equal(readFileSync(b));
    expect(Object.keys(lines(a)[0])).to.deep.equal([
      ...['decision_summary', 'index', 'input', 'label', 'postprocess_summary', 'score'],
    ]);
  });

  it('counts with --json when the records go to a file, and keeps the standard output to records otherwise', async () => {
    const infer = ['infer', '--infer-config', run, '--input', join(data, 'test'), '--quiet', '--json'];
    const counted = await runCli(...infer, '--save-jsonl', join(dir, 'counted.jsonl'));
    expect(JSON.parse(counted.stdout)).to.deep.equal({ processed: 6, anomalous: 3, errors: 0, regions: 0 });
    const streamed = await runCli(...infer);
    expect(streamed.stdout).to.equal(readFileSync(join(dir, 'counted.jsonl'), 'utf8'));
  });

  it('evaluates at the pictures own size', async () => {
    const outcome = await runCli('evaluate', '--infer-config', run, '--data', data, '--json', '--quiet');
    expect(outcome.stderr).to.equal('');
    const report = JSON.parse(outcome.stdout);
    expect(report).to.include({ image_auroc: 1, image_ap: 1 });
    expect(report.pixel_auroc).to.be.above(0.95);
    expect(report.aupro).to.be.above(0.9);
    expect(report.by_defect.square).to.deep.equal({ pictures: 3, flagged: 3 });
    expect(report).to.not.have.property('profile');
  });

  it('tells in the report where the time went, when asked', async () => {
    const evaluate = ['evaluate', '--infer-config', run, '--data', data, '--quiet', '--profile'];
    const { stages, waits } = JSON.parse((await runCli(...evaluate, '--json')).stdout).profile;
    expect(stages.model).to.include({ count: 6 });
    expect(stages.model.p95_ms).to.be.above(0).and.at.most(stages.model.max_ms);
    expect(waits.device).to.include({ count: 6 });
    expect((await runCli(...evaluate)).stdout).to.match(/stage +pictures +p50 ms[^]+postprocess +6/);
  });

  it('trains the same model from the same seed', async () => {
    const again = await trainToyRun(join(dir, 'again'), data);
    const stable = (path: string) => {
      const config = JSON.parse(readFileSync(join(path, 'infer_config.json'), 'utf8'));
      delete config.timestamp_utc;
      return config;
    };
    expect(stable(again)).to.deep.equal(stable(run));
  });
});

function lines(path: string) {
  return readFileSync(path, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
