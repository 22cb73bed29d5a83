import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { encodePng } from '../../src/data/encode.js';
import { runCli } from '../support/cli.js';
import { toyPicture } from '../support/toy-pictures.js';

const binary = resolve(import.meta.dirname, '../../dist/cli/main.js');

describe('a training that was stopped', () => {
  const dir = mkdtempSync(join(tmpdir(), 'imgano-resume-'));
  const good = join(dir, 'good');
  const train = (out: string, training: object = {}, pictures = good) => [
    ...['train', '--model', 'vae_conv', '--train', pictures, '--out', join(dir, out)],
    '--model-kwargs',
    JSON.stringify({
      ...{ resize: { mode: 'stretch', size: { height: 16, width: 16 } }, levels: 2, latent: 2, width: 4 },
      training: { epochs: 20, batch_size: 3, ...training },
    }),
  ];
  const modelOf = (out: string) => {
    const folder = join(dir, out, 'model');
    return Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), 'hex')]));
  };

  before(async () => {
    for (const [folder, count] of [
      ['good', 10],
      ['few', 3],
    ] as const) {
      mkdirSync(join(dir, folder));
      for (let i = 0; i < count; i++) {
        const { width, height, rgb } = toyPicture(i);
        const bytes = await encodePng({ width, height, channels: 3, data: rgb as Uint8Array });
        writeFileSync(join(dir, folder, `${i}.png`), bytes);
      }
    }
    const { code, stderr } = await runCli(...train('whole'));
    expect(code, stderr).to.equal(0);
  });
  after(() => rmSync(dir, { recursive: true }));

  it('writes its losses beside the model', () => {
    const names = readdirSync(join(dir, 'whole'));
    expect(names).to.include.members(['training.json', 'loss.svg', 'loss.png']);
    const { trainings } = JSON.parse(readFileSync(join(dir, 'whole/training.json'), 'utf8'));
    expect(trainings[0].epochs).to.have.length(20);
  });

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGKILL', null],
  ] as const) {
    it(`by ${signal} goes on to the bytes of one that was not`, async () => {
      const argv = [...train(signal), '--checkpoint-every', '1'];
      const child = spawn(process.execPath, [binary, ...argv]);
      let stderr = '';
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      const ended = new Promise<number | null>((done) => child.on('exit', (status) => done(status)));
      const partial = join(dir, `${signal}.partial`);
      while (!existsSync(join(partial, 'training-0.json')) && child.exitCode === null) await sleep(2);
      child.kill(signal);
      expect(await ended, stderr).to.equal(code);
      expect(existsSync(join(dir, signal))).to.equal(false);
      const { finished, steps } = JSON.parse(readFileSync(join(partial, 'training-0.json'), 'utf8'));
      expect([finished, steps < 60]).to.deep.equal([false, true]);
      if (signal === 'SIGINT') {
        expect(stderr).to.contain('steps; the same command with --resume goes on from');
        const refused = await runCli(...argv);
        expect(refused.code).to.equal(2);
        expect(refused.stderr).to.contain('holds the checkpoint of a training that was stopped');
        const other = await runCli(...train(signal, { lr: 0.5 }), '--resume');
        expect(other.code).to.equal(2);
        expect(other.stderr).to.contain('the checkpoint was made with another set of parameters');
      }
      const resumed = await runCli(...argv, '--resume');
      expect(resumed.code, resumed.stderr).to.equal(0);
      expect(resumed.stderr).to.match(/vae_conv: goes on after step \d+ of 60/);
      expect(modelOf(signal)).to.deep.equal(modelOf('whole'));
      expect(existsSync(partial)).to.equal(false);
    });
  }

  it('three pictures, one a step, are enough', async () => {
    const rule = { epochs: 2, batch_size: 1, validation_fraction: 0.5 };
    const { code, stderr } = await runCli(...train('few-run', rule, join(dir, 'few')), '--resume');
    expect(code, stderr).to.equal(0);
    expect(stderr).to.contain('few-run.partial: there is no checkpoint, so the training begins at its start');
  });

  it('asks for a folder that can be named again', async () => {
    const { code, stderr } = await runCli('train', '--model', 'vae_conv', '--train', good, '--resume');
    expect([code, stderr]).to.deep.equal([
      2,
      'error: --checkpoint-every and --resume need to know where the run goes; say so with --out FOLDER\n',
    ]);
  });
});
