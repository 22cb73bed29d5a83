import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { OutputLock } from '../../src/inference/sinks/output-lock.js';
import { runCli } from '../support/cli.js';
import { slurmTrouble, startSlurm } from '../support/slurm.js';
import { useToyRun } from '../support/toy-run.js';

const root = resolve(import.meta.dirname, '../..');
const binary = join(root, 'dist/cli/main.js');

describe('a run in parts', () => {
  const { dir, data, run } = useToyRun();
  const at = (...parts: string[]) => join(dir, ...parts);
  const pictures = at('pictures');

  /** Every output of a run that is not cut into parts. */
  const flags = (name: string) => [
    ...['--infer-config', run, '--input', pictures, '--backend', 'cpu', '--continue-on-error', '--defects', '--quiet'],
    ...['--include-maps', '--save-maps', at('maps'), '--save-masks', at('masks'), '--mask-format', 'rle'],
    ...['--save-jsonl', at(`${name}.jsonl`), '--defects-regions-jsonl', at(`${name}.regions.jsonl`)],
  ];

  before(async () => {
    mkdirSync(pictures);
    const kinds = ['good', 'square'];
    for (let i = 0; i < 12; i++) {
      copyFileSync(join(data, 'test', kinds[i % 2], `00${i % 3}.png`), join(pictures, `part-${i}.png`));
    }
    writeFileSync(join(pictures, 'part-5.png'), 'no picture');
    const outcome = await runCli('infer', ...flags('whole'));
    expect(outcome.code, outcome.stderr).to.equal(1);
  });

  it('gives the bytes of the whole run when its shards are merged, whatever their order', async () => {
    const bytes = filesOf(at('maps'), at('masks'));
    for (const name of ['maps', 'masks']) rmSync(at(name), { recursive: true });
    const parts = [];
    for (const part of [3, 1, 2]) {
      const outcome = await runCli('infer', ...flags(`part-${part}`), '--shard', `${part}/3`);
      expect(outcome.code, outcome.stderr).to.be.below(2);
      parts.push(at(`part-${part}.jsonl`));
    }
    const merged = await runCli(
      'merge',
      ...parts,
      '--out',
      at('all.jsonl'),
      ...['--json', '--quiet'],
      ...regionsTo('all'),
    );
    expect(merged.code, merged.stderr).to.equal(0);
    expect(JSON.parse(merged.stdout)).to.include({ shards: 3, processed: 12, errors: 1 });
    same('all.jsonl', 'whole.jsonl');
    same('all.regions.jsonl', 'whole.regions.jsonl');
    expect(filesOf(at('maps'), at('masks'))).to.deep.equal(bytes);
    const [all, whole] = ['all', 'whole'].map((name) => JSON.parse(readFileSync(at(`${name}.jsonl.run.json`), 'utf8')));
    expect({ ...all, outputs: null }).to.deep.equal({ ...whole, outputs: null });
  });

  it('a picture that is added moves no other one to another shard', async () => {
    const inputsOf = (name: string) => lines(at(name)).map(({ input }) => input as string);
    const before = [1, 2, 3].map((part) => inputsOf(`part-${part}.jsonl`));
    copyFileSync(join(pictures, 'part-0.png'), join(pictures, 'added.png'));
    for (const part of [1, 2, 3])
      await runCli('infer', ...flags('more'), '--shard', `${part}/3`).then(() =>
        expect(inputsOf('more.jsonl').filter((name) => !name.endsWith('added.png'))).to.deep.equal(before[part - 1]),
      );
    rmSync(join(pictures, 'added.png'));
  });

  it('merge refuses what are not all the shards of one run', async () => {
    const part = (n: number) => at(`part-${n}.jsonl`);
    const refused = async (words: string, ...shards: string[]) => {
      const { code, stderr } = await runCli('merge', ...shards, '--out', at('no.jsonl'), '--quiet');
      expect([code, stderr]).to.deep.equal([2, stderr]);
      expect(stderr)
        .to.match(/^error: [^\n]+\n$/)
        .and.include(words);
      expect(existsSync(at('no.jsonl'))).to.equal(false);
    };
    await refused('2/3 is not there', part(1), part(3));
    await refused('give each once', part(1), part(2), part(2), part(3));
    await refused('is a whole run', part(1), at('whole.jsonl'));
    await refused('no such file', part(1), at('nowhere.jsonl')).catch(() => refused('found none', at('nowhere.jsonl')));
    const text = readFileSync(part(2), 'utf8');
    writeFileSync(part(2), text.slice(0, -5));
    await refused('is incomplete', part(1), part(2), part(3));
    writeFileSync(part(2), text.replace('"input":"', '"input":"x'));
    await refused('other inputs', part(1), part(2), part(3));
    writeFileSync(part(2), text + text);
    await refused('second time', part(1), part(2), part(3));
    writeFileSync(part(2), text);
    const mine = await OutputLock.take(at('no.jsonl'));
    await refused(`process ${process.pid}`, part(1), part(2), part(3));
    mine.release();
    const device = await runCli('merge', part(1), part(2), part(3), '--out', '/dev/null', '--quiet');
    expect([device.code, device.stderr.includes('/dev/null: is no plain file')]).to.deep.equal([2, true]);
    const other = [...flags('other'), '--shard', '2/3', '--defect-min-area', '9'];
    await runCli('infer', ...other);
    await refused('settings.config_sha256', part(1), at('other.jsonl'), part(3));
  });

  it('refuses flags that do not go together, and wrong shard numbers', async () => {
    const wrong: [string[], string][] = [
      [['--shard', '4/3'], '--shard: expected I/N'],
      [['--shard', 'auto'], 'found neither'],
      [['--max-errors', '1.5'], '--max-errors'],
      [['--flush-every', '5', '--fsync', 'never'], 'does not go with'],
      [['--fsync', 'often'], '--fsync'],
    ];
    for (const [extra, words] of wrong) {
      const { code, stderr } = await runCli('infer', ...flags('wrong'), ...extra);
      expect([code, stderr.split('\n').length], stderr).to.deep.equal([2, 2]);
      expect(stderr).to.include(words);
    }
    const bare = ['infer', '--infer-config', run, '--input', pictures, '--quiet'];
    for (const extra of [['--resume'], ['--shard', '1/2'], ['--max-errors', '1'], ['--flush-every', '1']]) {
      const { code, stderr } = await runCli(...bare, ...extra);
      expect([code, stderr.includes(`${extra[0]} requires`)], stderr).to.deep.equal([2, true]);
    }
    expect(existsSync(at('wrong.jsonl'))).to.equal(false);
  });

  it('stops at --max-errors, and goes on from there with more', async () => {
    const stopped = await runCli('infer', ...flags('errors'), '--max-errors', '1', '--flush-every', '2');
    expect(stopped.code).to.equal(1);
    expect(stopped.stderr).to.match(/^warning: stopped at 1 errors \(--max-errors 1\); \d+ pictures are left\n$/);
    expect(lines(at('errors.jsonl')).at(-1)).to.have.property('status', 'error');
    const rest = await runCli('infer', ...flags('errors'), '--resume', '--json');
    expect(JSON.parse(rest.stdout)).to.include({
      processed: 12,
      errors: 1,
      resumed: lines(at('whole.jsonl')).findIndex(({ status }) => status === 'error') + 1,
    });
    same('errors.jsonl', 'whole.jsonl');
    same('errors.regions.jsonl', 'whole.regions.jsonl');
    const refused = await runCli('infer', ...flags('errors'), '--resume', '--defect-min-area', '9');
    expect([refused.code, refused.stderr.includes('settings.config_sha256 was')]).to.deep.equal([2, true]);
    same('errors.jsonl', 'whole.jsonl');
  });

  it('ends with the same bytes after kills and signals, by the binary; a second one is kept out', async () => {
    const path = at('killed.jsonl');
    const count = () => (existsSync(path) ? readFileSync(path, 'utf8').split('\n').length - 1 : 0);
    const start = () =>
      spawn(process.execPath, [binary, 'infer', ...flags('killed'), '--resume'], {
        stdio: ['ignore', 'ignore', 'pipe'],
      });
    for (const signal of ['SIGKILL', 'SIGTERM', 'SIGINT'] as const) {
      const before = count();
      const child = start();
      const ended = once(child, 'exit');
      while (count() <= before && child.exitCode === null) await sleep(2);
      if (signal === 'SIGKILL') {
        child.kill('SIGSTOP'); // else it may be done before the second one looks
        const halfway = count() < readFileSync(at('whole.jsonl'), 'utf8').split('\n').length - 1;
        const second = await runCli('infer', ...flags('killed'), '--resume');
        if (halfway) expect(second.stderr).to.include(`process ${child.pid}`);
      }
      child.kill(signal);
      const [code] = await ended;
      expect(readFileSync(path, 'utf8')).to.match(/\n$/);
      // A run of twelve small pictures may be over before the signal comes.
      if (signal !== 'SIGKILL') expect([1, signal === 'SIGTERM' ? 143 : 130]).to.include(code);
    }
    const [code] = await once(start(), 'exit');
    expect(code).to.equal(1);
    same('killed.jsonl', 'whole.jsonl');
    same('killed.regions.jsonl', 'whole.regions.jsonl');
  });

  const trouble = slurmTrouble();
  (trouble === null ? it : it.skip)(
    `runs as an array of a real Slurm${trouble === null ? '' : ` (${trouble})`}`,
    async function () {
      this.timeout(180_000);
      const bin = at('bin');
      mkdirSync(bin);
      writeFileSync(join(bin, 'imgano'), `#!/bin/sh\nexec "${process.execPath}" "${binary}" "$@"\n`);
      chmodSync(join(bin, 'imgano'), 0o755);
      const slurm = await startSlurm(at('slurm'));
      try {
        const env = { RUN: run, PICTURES: pictures, OUT: at('slurm-out'), IMGANO_BACKEND: 'cpu' };
        const job = join(root, 'docs/examples/slurm-array.sh');
        const args = ['--array=0-2', `--chdir=${dir}`, `--output=${at('slurm-%a.log')}`, job];
        await slurm.submit(args, { ...env, PATH: `${bin}${delimiter}${process.env.PATH}` });
      } finally {
        slurm.stop();
      }
      const logs = readdirSync(dir).filter((name) => /^slurm-\d/.test(name));
      expect(logs.map((name) => readFileSync(at(name), 'utf8'))).to.deep.equal(['', '', '']);
      const parts = [0, 1, 2].map((part) => at('slurm-out', `part-${part}.jsonl`));
      const merged = await runCli('merge', ...parts, '--out', at('slurm.jsonl'), '--quiet');
      expect(merged.code, merged.stderr).to.equal(0);
      const plain = ['--save-jsonl', at('plain.jsonl'), '--save-masks', at('slurm-out/masks'), '--continue-on-error'];
      const whole = ['--infer-config', run, '--input', pictures, '--defects', '--backend', 'cpu', '--quiet', ...plain];
      await runCli('infer', ...whole);
      same('slurm.jsonl', 'plain.jsonl');
    },
  );

  function regionsTo(name: string): string[] {
    return ['--defects-regions-jsonl', at(`${name}.regions.jsonl`)];
  }

  function same(name: string, other: string): void {
    expect(readFileSync(at(name), 'utf8')).to.equal(readFileSync(at(other), 'utf8'));
  }
});

function lines(path: string): Record<string, unknown>[] {
  const text = readFileSync(path, 'utf8').trim();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line));
}

function filesOf(...folders: string[]): Record<string, string> {
  const paths = folders.flatMap((folder) =>
    readdirSync(folder)
      .sort()
      .map((name) => join(folder, name)),
  );
  return Object.fromEntries(paths.map((path) => [path, readFileSync(path).toString('base64')]));
}
