import { expect } from 'chai';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '../../src/data/encode.js';
import { runCli } from '../support/cli.js';
import { useToyRun } from '../support/toy-run.js';
import { toyPicture } from '../support/toy-pictures.js';

type Json = Record<string, unknown>;

describe('imgano calibrate', () => {
  const { dir, data, run } = useToyRun();
  const good = join(dir, 'good new');
  const bad = join(dir, 'bad');
  const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Json & { defects: Json; threshold: number };
  const write = async (path: string, picture: ReturnType<typeof toyPicture>) =>
    writeFileSync(path, await encodePng({ ...picture, channels: 3, data: picture.rgb as Uint8Array }));
  let outs = 0;
  const calibrate = async (...flags: string[]) => {
    const out = flags.includes('--out') ? [] : ['--out', join(run, `anew-${++outs}.json`)];
    const outcome = await runCli('calibrate', '--infer-config', run, '--json', ...flags, ...out);
    return { ...outcome, out: out[1] };
  };
  const found = async (...flags: string[]) => {
    const { code, stderr, stdout, out } = await calibrate(...flags);
    expect(code, stderr).to.equal(0);
    return { report: JSON.parse(stdout) as Json, config: read(out ?? join(run, 'infer_config.json')), stderr };
  };
  const refused = async (sentence: string, ...flags: string[]) => {
    const { code, stderr } = await calibrate(...flags);
    expect(stderr).to.contain(sentence);
    expect(code).to.equal(2);
  };

  before(async () => {
    mkdirSync(good);
    mkdirSync(bad);
    for (let i = 0; i < 30; i++) await write(join(good, `${i}.png`), toyPicture(500 + i));
    for (let i = 0; i < 4; i++) await write(join(bad, `${i}.png`), toyPicture(700 + i, { defect: 12 }));
  });

  it('finds both thresholds anew and leaves the model as it is', async () => {
    const { report, config } = await found('--normals', good, '--false-alarm-budget', '100');
    const old = read(join(run, 'infer_config.json'));
    expect(report).to.include({ rule: 'false_alarm_budget', calibration_count: 30, threshold_before: old.threshold });
    expect(config.checkpoint).to.deep.equal(old.checkpoint);
    const scores = config.calibration_scores as number[];
    // 29 pictures support 100 in 1,000 at 95 % without an alarm; 30 do not support one alarm.
    expect(config.threshold).to.equal(Math.max(...scores));
    expect(config.threshold_provenance).to.deep.include({ method: 'false_alarm_budget', split: 'given' });
    expect(config.pixel_threshold_provenance).to.include({ source: 'given', value: config.defects.pixel_threshold });
    expect(config.defects.pixel_threshold).to.not.equal(old.defects.pixel_threshold);
    const check = await runCli('validate-infer-config', report.infer_config as string, '--strict');
    expect(check.stderr).to.equal('');
  });

  it('has the rules of the image threshold', async () => {
    const scores = (await found('--normals', good)).config.calibration_scores as number[];
    const sorted = [...scores].sort((a, b) => a - b);
    const half = await found('--normals', good, '--calibration-quantile', '0.5');
    expect(half.config.threshold).to.be.closeTo((sorted[14] + sorted[15]) / 2, 1e-12);
    const contaminated = await found('--normals', good, '--contamination', '0.2');
    expect(contaminated.config.threshold_provenance).to.include({ source: 'contamination', quantile: 0.8 });
    expect((await found('--normals', good, '--rule', 'fixed', '--threshold', '7')).config.threshold).to.equal(7);
    const tail = await found('--normals', good, '--rule', 'peaks_over_threshold', '--tail-fraction', '0.9');
    expect(tail.config.threshold_provenance).to.deep.include({ method: 'peaks_over_threshold' });
    const f1 = await found('--normals', good, '--anomalies', bad, '--rule', 'supervised_f1');
    expect(f1.report).to.include({ anomalous_count: 4 });
    expect(f1.config.threshold_provenance).to.deep.include({ supervised: { f1: 1, anomalous_count: 4 } });
  });

  it('keeps to flags of the pixel threshold', async () => {
    const fixed = await found('--normals', good, '--pixel-threshold', '3');
    expect(fixed.config.pixel_threshold_provenance).to.deep.equal({ method: 'fixed', source: 'explicit', value: 3 });
    const budget = await found('--normals', good, '--false-region-budget', '200');
    expect(budget.config.pixel_threshold_provenance).to.include({ method: 'false_region_budget', source: 'given' });
  });

  it('writes a run folder of its own, which runs', async () => {
    const out = join(dir, 'Lauf 2');
    await found('--normals', good, '--out', out);
    expect(existsSync(join(out, 'model/model.json'))).to.equal(true);
    const { code, stderr } = await runCli('infer', '--infer-config', out, '--input', bad, '--quiet');
    expect(code, stderr).to.equal(0);
  });

  it('refuses pictures that were fitted on, those of a test split, and places that do not work', async () => {
    await refused('9 of the 12 calibration pictures were fitted on', '--normals', join(data, 'train/good'));
    await refused('belongs to the test split', '--normals', join(data, 'test/good'));
    await refused('has no val split', '--data', data);
    await refused('give --data SET or --normals FOLDER');
    await refused('need each other', '--normals', good, '--rule', 'supervised_f1');
    await refused('does not go with the rule', '--normals', good, '--rule', 'quantile', '--false-alarm-budget', '3');
    await refused('takes calibration.threshold', '--normals', good, '--rule', 'fixed');
    await refused('exists already', '--normals', good, '--out', join(run, 'infer_config.json'));
    await refused('relative to itself', '--normals', good, '--out', join(dir, 'elsewhere.json'));
  });

  it('and evaluate refuses pictures that the thresholds were read from', async () => {
    const copied = join(dir, 'data2');
    cpSync(data, copied, { recursive: true });
    const config = join(run, 'for-evaluate.json');
    await found('--normals', good, '--out', config);
    const evaluate = () => runCli('evaluate', '--infer-config', config, '--data', copied, '--json');
    expect((await evaluate()).code).to.equal(0);
    cpSync(join(good, '3.png'), join(copied, 'test/good/another-name.png'));
    const { code, stderr } = await evaluate();
    expect(code).to.equal(2);
    expect(stderr).to.contain('another-name.png: the same picture was used to fit the model or to calibrate');
  });

  describe('confidence', () => {
    const infer = async (...flags: string[]) => {
      const { code, stdout, stderr } = await runCli(
        'infer',
        '--infer-config',
        run,
        '--input',
        good,
        '--input',
        bad,
        '--quiet',
        ...flags,
      );
      return {
        code,
        stderr,
        lines: stdout
          .trim()
          .split('\n')
          .filter(Boolean)
          .map((line) => JSON.parse(line) as Json),
      };
    };

    it('is told when asked for, from the stored scores', async () => {
      const { lines } = await infer('--include-confidence');
      const { threshold, calibration_scores } = read(join(run, 'infer_config.json'));
      const [min, max] = [Math.min(...(calibration_scores as number[])), Math.max(...(calibration_scores as number[]))];
      for (const { score, label, label_confidence, rejected } of lines) {
        const [way, whole] =
          label === 1
            ? [(score as number) - threshold, max - threshold]
            : [threshold - (score as number), threshold - min];
        expect(label_confidence).to.be.closeTo(Math.min(1, way / Math.max(whole, 1e-12)), 1e-9);
        expect(rejected).to.equal(undefined);
      }
      expect((await infer()).lines[0]).to.not.have.property('label_confidence');
    });

    it('below the gate gives the reject label', async () => {
      const { lines } = await infer('--reject-confidence-below', '0.5', '--reject-label=-7');
      const rejected = lines.filter((line) => line.rejected);
      expect(rejected.length).to.be.within(1, lines.length - 1);
      for (const line of lines) {
        expect(line.rejected).to.equal((line.label_confidence as number) < 0.5);
        expect(line.label === -7).to.equal(line.rejected);
        const summary = line.decision_summary as Json;
        expect(summary.decision === 'rejected_low_confidence').to.equal(line.rejected);
        expect(summary.requires_review).to.equal(line.rejected || line.label === 1);
      }
      expect((lines[0].postprocess_summary as Json).prediction_policy).to.deep.equal({
        reject_confidence_below: 0.5,
        reject_label: -7,
      });
    });

    it('is refused where it means nothing', async () => {
      expect((await infer('--reject-confidence-below', '1.5')).stderr).to.contain(
        '--reject-confidence-below: expected number above 0',
      );
      expect((await infer('--reject-confidence-below', '0.5', '--reject-label', '1')).stderr).to.contain(
        'other than 0 and 1',
      );
      const none = { ...read(join(run, 'infer_config.json')), threshold: null, threshold_provenance: null };
      writeFileSync(join(run, 'none.json'), JSON.stringify(none));
      const { code, stderr } = await runCli(
        'infer',
        '--infer-config',
        join(run, 'none.json'),
        '--input',
        bad,
        '--include-confidence',
      );
      expect(code).to.equal(2);
      expect(stderr).to.contain('a label confidence needs an image threshold');
    });
  });
});
