import { expect } from 'chai';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { useToyRun } from '../support/toy-run.js';

// The compiled binary in a process of its own: what only a process can show. `npm test` builds it first.

const binary = resolve(import.meta.dirname, '../../dist/cli/main.js');

describe('the binary', () => {
  const { dir, data, run } = useToyRun();

  it('answers --help without loading tfjs or the picture library', () => {
    const guard = join(dir, 'guard.cjs');
    writeFileSync(
      guard,
      `const Module = require('module'); const load = Module._load;
       Module._load = function (id, ...rest) {
         if (/^(@tensorflow|sharp)/.test(id)) throw new Error('loaded too early: ' + id);
         return load.call(this, id, ...rest);
       };`,
    );
    for (const argv of [['--help'], ['infer', '--help'], ['train', '--help'], ['--version']]) {
      const { status, stdout, stderr } = spawnSync(process.execPath, ['--require', guard, binary, ...argv], {
        encoding: 'utf8',
      });
      expect(stderr).to.equal('');
      expect(status).to.equal(0);
      expect(stdout).to.match(/imgano|\d+\.\d+\.\d+/);
    }
  });

  for (const [argv, message] of [
    ['infr', 'unknown command "infr" (did you mean "infer"?)'],
    ['native instal', 'unknown command "native instal" (did you mean "native install"?)'],
    ['infer --inptu x', 'imgano infer: unknown flag --inptu (did you mean "--input"?)'],
    ['infer --infer-config run', 'imgano infer: --input is missing'],
    ['models show', 'imgano models show: '],
  ]) {
    it(`answers "imgano ${argv}" with one sentence on the standard error`, () => {
      const { status, stdout, stderr } = spawnSync(process.execPath, [binary, ...argv.split(' ')], {
        encoding: 'utf8',
      });
      expect(status).to.equal(2);
      expect(stdout).to.equal('');
      expect(stderr.trim().split('\n')).to.have.length(1);
      expect(stderr).to.contain(`error: ${message}`);
    });
  }

  it('refuses an output folder that is read-only, and leaves it as it was', () => {
    const locked = join(dir, 'locked');
    mkdirSync(locked);
    chmodSync(locked, 0o555);
    chmodSync(dir, 0o755);
    // Root may write anywhere, so root runs the command as nobody.
    const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const env = { ...process.env, HOME: tmpdir(), IMGANO_BACKEND: 'wasm' };
    const infer = ['infer', '--infer-config', run, '--input', join(data, 'test'), '--quiet'];
    for (const output of [
      ['--save-jsonl', join(locked, 'out.jsonl')],
      ['--defects', '--save-masks', join(locked, 'masks')],
    ]) {
      const { status, stderr } = spawnSync(process.execPath, [binary, ...infer, ...output], {
        encoding: 'utf8',
        env,
        ...nobody,
      });
      expect(status, stderr).to.equal(2);
      expect(stderr).to.match(/^error: .*locked.*$/m);
    }
    expect(readdirSync(locked)).to.deep.equal([]);
  });

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`ends with ${code} on ${signal}, with whole lines behind it`, async () => {
      const many = join(dir, `many-${signal}`);
      mkdirSync(many);
      for (let i = 0; i < 400; i++) cpSync(join(data, 'test/good/000.png'), join(many, `${i}.png`));
      const jsonl = join(dir, `${signal}.jsonl`);
      const child = spawn(process.execPath, [
        binary,
        'infer',
        '--infer-config',
        run,
        '--input',
        many,
        '--save-jsonl',
        jsonl,
        '--defects',
      ]);
      let stderr = '';
      child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
      const ended = new Promise<number | null>((done) => child.on('exit', (status) => done(status)));
      while (size(jsonl) === 0 && child.exitCode === null) await sleep(5);
      child.kill(signal);
      expect(await ended, stderr).to.equal(code);
      const text = readFileSync(jsonl, 'utf8');
      expect(text.endsWith('\n')).to.equal(true);
      const records = text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
      expect(records.length).to.be.within(1, 399);
      expect(stderr).to.match(/stopped after \d+ pictures/);
    });
  }
});

function size(path: string): number {
  try {
    return readFileSync(path).length;
  } catch {
    return 0;
  }
}
