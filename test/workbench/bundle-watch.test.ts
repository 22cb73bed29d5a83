import { expect } from 'chai';
import { spawn } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Settling } from '../../src/workbench/bundle/watch/settling.js';
import { exportToyBundle } from '../support/bundles.js';
import { runCli, type CliOutcome } from '../support/cli.js';
import { useToyRun } from '../support/toy-run.js';

const binary = resolve(import.meta.dirname, '../../dist/cli/main.js');

describe('imgano bundle watch', () => {
  const { dir, data, run } = useToyRun();
  const bundle = join(dir, 'bundle');
  const pictures = [
    'good/000.png',
    'good/001.png',
    'good/002.png',
    'square/000.png',
    'square/001.png',
    'square/002.png',
  ];
  let places = 0;

  before(() => exportToyBundle(run, data, bundle));

  /** A folder with the first pictures as 0.png, 1.png, ... of a minute ago, and an output folder. */
  function place(count: number): { folder: string; out: string } {
    const folder = join(dir, `in-${places}`);
    mkdirSync(folder);
    for (let i = 0; i < count; i++) put(i, join(folder, `${i}.png`), 60);
    return { folder, out: join(dir, `out-${places++}`) };
  }

  /** @param age in seconds */
  function put(i: number, path: string, age: number): void {
    copyFileSync(join(data, 'test', pictures[i]), path);
    const at = Date.now() / 1000 - age;
    utimesSync(path, at, at);
  }

  const once = async ({ folder, out }: { folder: string; out: string }, ...flags: string[]): Promise<CliOutcome> =>
    runCli(
      'bundle',
      'watch',
      bundle,
      '--folder',
      folder,
      '--out',
      out,
      '--once',
      '--json',
      '--quiet',
      '--settle',
      '0.2',
      ...flags,
    );
  const report = ({ stdout }: CliOutcome) => JSON.parse(stdout) as Record<string, number>;
  const text = (out: string) => readFileSync(join(out, 'results.jsonl'), 'utf8');
  const records = (out: string) =>
    text(out)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));

  it('does what is there once, in the order of the names, with the records of infer', async () => {
    const here = place(4);
    expect(report(await once(here))).to.include({ processed: 4, anomalous: 1, new_errors: 0, pending: 0, resumed: 0 });
    const first = text(here.out);
    expect(report(await once(here))).to.include({ processed: 4, resumed: 4 });
    expect(text(here.out)).to.equal(first);
    const { stdout } = await runCli(
      'infer',
      '--from-run',
      run,
      '--input',
      here.folder,
      '--continue-on-error',
      '--quiet',
    );
    const without = records(here.out).map(({ watched, ...record }) => {
      expect(watched).to.have.all.keys('path', 'sha256', 'bytes', 'modified');
      return record;
    });
    expect(without).to.deep.equal(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    );
  });

  it('takes new pictures, also below the folder; a renamed or moved one is not new, one written again is', async () => {
    const here = place(2);
    await once(here);
    mkdirSync(join(here.folder, 'later'));
    renameSync(join(here.folder, '0.png'), join(here.folder, 'later/renamed.png'));
    put(2, join(here.folder, '2.png'), 30);
    expect(report(await once(here))).to.include({ processed: 3, moved: 1 });
    // The file is the same, the name is as it was before: still not new.
    expect(report(await once(here))).to.include({ processed: 3, moved: 1 });
    put(3, join(here.folder, '1.png'), 20);
    expect(report(await once(here))).to.include({ processed: 4 });
    expect(records(here.out).map(({ watched }) => watched.path)).to.deep.equal(['0.png', '1.png', '2.png', '1.png']);
    expect(records(here.out).map(({ index }) => index)).to.deep.equal([0, 1, 2, 3]);
  });

  it('inspects equal bytes again where they were written again: a camera that is stuck must be seen', async () => {
    const here = place(1);
    await once(here);
    rmSync(join(here.folder, '0.png'));
    put(0, join(here.folder, 'next.png'), 10);
    expect(report(await once(here))).to.include({ processed: 2, moved: 0 });
  });

  it('inspects a copy beside its original, though bytes and time are the same', async () => {
    const here = place(1);
    await once(here);
    cpSync(join(here.folder, '0.png'), join(here.folder, 'copy.png'), { preserveTimestamps: true });
    expect(report(await once(here))).to.include({ processed: 2, moved: 0 });
  });

  it('waits for a file that is still being written, and for an empty one', async () => {
    const here = place(1);
    const path = join(here.folder, 'growing.png');
    const whole = readFileSync(join(data, 'test', pictures[3]));
    writeFileSync(path, whole.subarray(0, 100));
    writeFileSync(join(here.folder, 'empty.png'), '');
    const running = once(here, '--settle', '0.6');
    await sleep(350);
    appendFileSync(path, whole.subarray(100));
    const outcome = await running;
    expect(outcome.code).to.equal(0);
    expect(report(outcome)).to.include({ processed: 1, pending: 2, new_errors: 0 });
    await sleep(700);
    expect(report(await once(here))).to.include({ processed: 2, pending: 1, anomalous: 1 });
  });

  it('makes an error record of a picture that is damaged, once, and ends with 1', async () => {
    const here = place(1);
    const path = join(here.folder, 'damaged.png');
    writeFileSync(path, 'no picture');
    utimesSync(path, 1, 1);
    const outcome = await once(here);
    expect(outcome.code).to.equal(1);
    expect(report(outcome)).to.include({ processed: 2, errors: 1, new_errors: 1 });
    expect(records(here.out)[1]).to.include({ status: 'error' });
    const again = await once(here);
    expect(again.code).to.equal(0);
    expect(report(again)).to.include({ processed: 2, errors: 1, new_errors: 0 });
  });

  it('goes on after a torn line, and refuses records that were altered or made otherwise', async () => {
    const here = place(3);
    await once(here);
    const whole = text(here.out);
    truncateSync(join(here.out, 'results.jsonl'), whole.length - 30);
    expect(report(await once(here))).to.include({ processed: 3, resumed: 2 });
    expect(text(here.out)).to.equal(whole);
    const other = await once(here, '--defects');
    expect(other.stderr).to.match(
      /^error: .*was made otherwise \(.*\); give the same bundle and flags, or another --out\n$/,
    );
    expect(other.code).to.equal(2);
    writeFileSync(join(here.out, 'results.jsonl'), `x${whole}`);
    expect((await once(here)).stderr).to.match(/results\.jsonl:1: is no record/);
    rmSync(join(here.out, 'results.jsonl.run.json'));
    expect((await once(here)).stderr).to.match(/has no header/);
  });

  it('writes maps, masks and overlays that the records name', async () => {
    const here = place(4);
    const flags = ['--defects', '--export-maps', '--export-masks', '--export-overlays'];
    expect((await once(here, ...flags)).code).to.equal(0);
    for (const record of records(here.out)) {
      for (const path of [record.anomaly_map.path, record.defects.mask.path]) expect(existsSync(path)).to.equal(true);
    }
    for (const kind of ['maps', 'masks', 'overlays']) expect(readdirSync(join(here.out, kind))).to.have.length(4);
    const needs = await once(place(1), '--export-masks');
    expect(needs.stderr).to.equal('error: --export-masks requires --defects\n');
  });

  it('refuses to write into what it watches, and a folder that is not there', async () => {
    const { folder, out } = place(1);
    for (const inside of [folder, join(folder, 'results')]) {
      const { stderr, code } = await once({ folder, out: inside });
      expect(stderr).to.contain('lies in the watched folder');
      expect(code).to.equal(2);
    }
    expect((await once({ folder: join(dir, 'nowhere'), out })).stderr).to.match(/^error: .*nowhere: /);
  });

  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGKILL', null],
  ] as const) {
    it(`does every picture once over restarts by ${signal}`, async () => {
      const here = place(0);
      const argv = [
        'bundle',
        'watch',
        bundle,
        '--folder',
        here.folder,
        '--out',
        here.out,
        '--quiet',
        '--backend',
        'cpu',
      ];
      const done = () => (existsSync(join(here.out, 'results.jsonl')) ? text(here.out).split('\n').length - 1 : 0);
      for (let round = 1; round <= 3; round++) {
        const child = spawn(process.execPath, [binary, ...argv, '--interval', '0.05', '--settle', '0.1'], {
          stdio: ['ignore', 'pipe', 'pipe'],
        });
        let stderr = '';
        child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
        const ended = new Promise<number | null>((settle) => child.on('exit', settle));
        for (let i = 0; i < 2; i++) put(2 * (round - 1) + i, join(here.folder, `${round}-${i}.png`), 60);
        for (let waits = 0; done() < 2 * round && waits < 1200 && child.exitCode === null; waits++) await sleep(50);
        child.kill(signal);
        expect(await ended, stderr).to.equal(code);
        expect(done(), stderr).to.equal(2 * round);
      }
      expect(records(here.out).map(({ index }) => index)).to.deep.equal([0, 1, 2, 3, 4, 5]);
      expect(new Set(records(here.out).map(({ input }) => input)).size).to.equal(6);
      if (signal !== 'SIGKILL') expect(existsSync(join(here.out, 'results.jsonl.lock'))).to.equal(false);
    });
  }

  it('is one process an output folder', async () => {
    const here = place(1);
    const argv = ['bundle', 'watch', bundle, '--folder', here.folder, '--out', here.out, '--quiet', '--backend', 'cpu'];
    const child = spawn(process.execPath, [binary, ...argv], { stdio: 'ignore' });
    const ended = new Promise((settle) => child.on('exit', settle));
    const isLocked = () => existsSync(join(here.out, 'results.jsonl.lock'));
    for (let waits = 0; !isLocked() && waits < 600 && child.exitCode === null; waits++) await sleep(50);
    const second = await once(here);
    child.kill('SIGTERM');
    await ended;
    expect(second.stderr).to.match(/^error: .*is writing this file/);
  });

  it('goes on under another name of the same folder, and after the bundle was copied', async () => {
    const here = place(2);
    await once(here);
    const moved = join(dir, 'moved bundle');
    cpSync(bundle, moved, { recursive: true });
    const argv = [
      'bundle',
      'watch',
      moved,
      '--folder',
      `${here.folder}/../${here.folder.split('/').pop()}`,
      '--out',
      here.out,
    ];
    const outcome = await runCli(...argv, '--once', '--json', '--quiet');
    expect(report(outcome)).to.include({ processed: 2, resumed: 2 });
    expect(statSync(here.out).isDirectory()).to.equal(true);
  });
});

describe('Settling', () => {
  const file = (bytes: number, age: number) => ({
    path: 'a.png',
    name: 'a.png',
    bytes,
    modified: String(BigInt(Math.round(Date.now() - age * 1000)) * 1_000_000n),
  });

  it('trusts its own eyes where the clock of the files is ahead', async () => {
    const settling = new Settling(0.05);
    const ahead = file(10, -3600);
    expect(settling.settled([ahead])).to.deep.equal([]);
    await sleep(60);
    expect(settling.settled([ahead])).to.deep.equal([ahead]);
    expect(settling.settled([{ ...ahead, bytes: 11 }])).to.deep.equal([]);
  });

  it('takes an old file at once, and never an empty one', () => {
    const old = file(10, 60);
    expect(new Settling(2).settled([old])).to.deep.equal([old]);
    expect(new Settling(0).settled([file(0, 60)])).to.deep.equal([]);
  });
});
