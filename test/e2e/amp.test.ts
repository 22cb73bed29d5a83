import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { whyNotBfloat16 } from '../../src/runtime/compile/bfloat16-support.js';
import { backends } from '../support/backends.js';
import { runCli } from '../support/cli.js';
import { describeWithShared } from '../support/shared.js';
import { scratch, useToyRun, writeToyDataset } from '../support/toy-run.js';

const moved =
  /amp: the network runs in bfloat16, so scores and maps move a little; the thresholds stay those of float32/;

describe('infer --amp where there is no network', () => {
  const { dir, data, run } = useToyRun();

  it('says so in one line, and gives the records of float32', async () => {
    const infer = (...flags: string[]) =>
      runCli('infer', '--infer-config', run, '--input', join(data, 'test'), '--quiet', ...flags);
    const path = join(dir, 'amp.jsonl');
    const { code, stderr } = await infer('--amp', '--save-jsonl', path);
    expect([code, stderr]).to.deep.equal([
      0,
      'warning: amp: bfloat16 is unavailable, float32 is used: model "vision_pixel_gaussian_map" has no network that could run in it\n',
    ]);
    expect(readFileSync(path, 'utf8')).to.equal((await infer()).stdout);
    expect(JSON.parse(readFileSync(`${path}.run.json`, 'utf8')).settings.precision).to.equal('float32');
  });
});

describeWithShared('infer --amp with a trained network', ['weights', 'mobilenet-v1-trunk'], (folder) => {
  const dir = scratch();
  const data = join(dir, 'data');
  const weights = ['--weights', join(folder, '..')];
  before(async () => {
    await writeToyDataset(data);
    const kwargs = {
      backbone: { name: 'tfjs_layers', weights: 'mobilenet_v1_1.0_trunk', layers: ['conv_pw_5_relu'] },
      resize: { mode: 'stretch', size: { height: 32, width: 32 } },
      max_bank: 50,
    };
    const trained = await runCli(
      ...['train', '--model', 'vision_patchcore', '--train', data, '--out', join(dir, 'run'), '--quiet', ...weights],
      ...['--model-kwargs', JSON.stringify(kwargs)],
    );
    expect(trained.code, trained.stderr).to.equal(0);
  });

  for (const backend of backends) {
    it(`[${backend}] says what it runs in, in the header too, and does not mix with float32`, async () => {
      const infer = (name: string, ...flags: string[]) =>
        runCli(
          ...['infer', '--infer-config', join(dir, 'run'), '--input', join(data, 'test'), '--backend', backend],
          ...['--quiet', '--save-jsonl', join(dir, `${name}.jsonl`), ...weights, ...flags],
        );
      const records = (name: string) => readFileSync(join(dir, `${name}.jsonl`), 'utf8');
      const scores = (name: string) =>
        records(name)
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).score as number);
      const settings = (name: string) => JSON.parse(readFileSync(join(dir, `${name}.jsonl.run.json`), 'utf8')).settings;

      expect(await infer('plain')).to.include({ code: 0, stderr: '' });
      const low = await infer('low', '--amp');
      expect(low.code, low.stderr).to.equal(0);
      expect(low.stderr.trim().split('\n')).to.have.length(1);
      const why = whyNotBfloat16(); // of the backend that just ran
      if (why !== null) {
        expect(low.stderr).to.equal(`warning: amp: bfloat16 is unavailable, float32 is used: ${why}\n`);
        expect(settings('low').precision).to.equal('float32');
        expect(records('low')).to.equal(records('plain'));
        return;
      }
      expect(low.stderr).to.match(moved);
      expect(settings('low').precision).to.equal('bfloat16');
      expect(scores('low')).to.not.deep.equal(scores('plain'));
      // The toy pictures are so much alike that their distances are not far above what bfloat16 rounds.
      for (const [i, score] of scores('low').entries()) expect(score / scores('plain')[i]).to.be.within(0.7, 1.4);
      await infer('batches', '--amp', '--batch-size', '4');
      expect(records('batches')).to.equal(records('low'));
      const drift = await runCli(
        ...['benchmark', '--infer-config', join(dir, 'run'), '--input', join(data, 'test'), '--backend', backend],
        ...['--amp-drift', '--json', '--rounds', '1', ...weights],
      );
      expect(drift.code, drift.stderr).to.equal(0);
      const report = JSON.parse(drift.stdout);
      expect(report).to.include({ available: true, pictures: 6 });
      const changes = scores('low').map((score, i) => Math.abs(score - scores('plain')[i]) / scores('plain')[i]);
      expect(report.score.max).to.be.closeTo(Math.max(...changes), 1e-9);
      expect(report.map.max).to.be.above(0);
      expect(report.gain).to.be.above(0);
      const mixed = await infer('low', '--resume');
      expect([mixed.code, mixed.stderr]).to.deep.equal([2, mixed.stderr]);
      expect(mixed.stderr).to.include('settings.precision was "bfloat16", now "float32"');
    });
  }
});
