import { expect } from 'chai';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { encodePng } from '../../src/data/encode.js';
import { backends } from '../support/backends.js';
import { runBuilt, type BuiltCommand } from '../support/built-commands.js';
import { runCli } from '../support/cli.js';
import { scratch, useToyRun, writeToyDataset } from '../support/toy-run.js';
import { toyPicture } from '../support/toy-pictures.js';

/** Of two sizes in no order, so that batches are mixed and broken off. */
const SIZES = [{}, {}, { width: 96, height: 64 }, {}, {}, { width: 96, height: 64 }, {}, {}, {}, {}, {}, {}];
const CORRUPT = 5;
const SPEEDS: Record<string, readonly string[]> = {
  'batch 4': ['--batch-size', '4'],
  'batch auto': ['--batch-size', 'auto'],
  '1 thread': ['--num-workers', '1'],
  '4 threads, batch 4': ['--num-workers', '4', '--batch-size', '4'],
  'batch 4 in little memory': ['--batch-size', '4', '--num-workers', '1', '--memory-budget', '0.02'],
  'batch auto with all clocks': ['--batch-size', 'auto', '--profile'],
};

describe('the same bytes, however fast', () => {
  const dir = scratch();
  const pictures = join(dir, 'pictures');
  /** Threads, shards and budgets know nothing of models: one of them goes all ways. */
  const models: Record<string, { kwargs: object; all: boolean }> = {
    vision_pixel_gaussian_map: { kwargs: { resize_hw: { height: 48, width: 64 } }, all: false },
    vision_patchcore: { kwargs: { resize: { mode: 'scale', factor: 0.5, multiple: 16 }, max_bank: 60 }, all: true },
  };

  before(async () => {
    await writeToyDataset(join(dir, 'data'));
    mkdirSync(pictures);
    for (const [i, size] of SIZES.entries()) {
      const picture = toyPicture(40 + i, { ...size, defect: i % 3 === 0 ? 12 : 0 });
      const png = await encodePng({ ...picture, channels: 3, data: picture.rgb as Uint8Array });
      writeFileSync(join(pictures, `${String(i).padStart(2, '0')}.png`), i === CORRUPT ? png.subarray(0, 900) : png);
    }
    for (const [name, { kwargs }] of Object.entries(models)) {
      const trained = await runCli(
        ...['train', '--model', name, '--train', join(dir, 'data'), '--out', join(dir, name), '--quiet'],
        ...['--model-kwargs', JSON.stringify(kwargs)],
      );
      expect(trained.code, trained.stderr).to.equal(0);
    }
  });

  for (const backend of backends) {
    it(`batches, threads, budgets, clocks, shards, cuts, a thread that dies [${backend}]`, function () {
      this.timeout(240_000);
      const plans = Object.entries(models).map(([name, { all }]) => planOf(name, backend, all));
      const commands = plans.flatMap((plan) => plan.commands);
      const outcomes = runBuilt(dir, commands);
      for (const [i, { code, stderr, killed }] of outcomes.entries()) {
        const { argv, killThread = false } = commands[i];
        // One picture is corrupt, in one of the shards.
        if (!argv.includes('--shard')) expect(code, stderr).to.equal(argv[0] === 'merge' ? 0 : 1);
        else expect(code, stderr).to.be.below(2);
        expect(killed).to.equal(killThread);
      }
      for (const { folders } of plans) {
        const expected = outputsOf(folders[0]);
        const records = expected['out.jsonl'].toString('utf8').trim().split('\n');
        expect(records).to.have.length(SIZES.length);
        expect(JSON.parse(records[CORRUPT])).to.include({ status: 'error', index: CORRUPT });
        expect(Object.keys(expected)).to.have.length(1 + 2 * (SIZES.length - 1));
        for (const folder of folders.slice(1)) {
          const got = outputsOf(folder);
          expect(Object.keys(got), folder).to.deep.equal(Object.keys(expected));
          for (const [file, bytes] of Object.entries(expected)) {
            expect(got[file].equals(bytes), `${file} of ${folder}`).to.equal(true);
          }
        }
      }
    });
  }

  /** All ways through the pictures, each with folders of the same names in a place of its own, because records name the folders; the first is the plain one. */
  function planOf(name: string, backend: string, all: boolean): { commands: BuiltCommand[]; folders: string[] } {
    const folderOf = (what: string) => join(dir, `${name}-${backend}`, what.replace(/\W/g, '-'));
    const infer = (what: string, file: string, flags: readonly string[], more: Partial<BuiltCommand> = {}) => {
      const cwd = folderOf(what);
      mkdirSync(cwd, { recursive: true });
      const argv = [
        ...['infer', '--infer-config', join(dir, name), '--input', pictures, '--backend', backend, '--quiet'],
        ...['--continue-on-error', '--defects', '--include-maps', '--save-maps', 'maps', '--save-masks', 'masks'],
        ...['--save-jsonl', file, ...flags],
      ];
      return { argv, cwd, ...more };
    };
    const plain = infer('plain', 'out.jsonl', ['--batch-size', '1', '--num-workers', '0']);
    const atSpeed = (what: string) => infer(what, 'out.jsonl', SPEEDS[what]);
    const cutAt = (share: number, what: string) => {
      const cut = { folder: plain.cwd, file: 'out.jsonl', share };
      return infer(`cut at ${share}`, 'out.jsonl', [...SPEEDS[what], '--resume'], { cut });
    };
    const parts = { 'part-1.jsonl': 'batch 4', 'part-2.jsonl': 'batch auto', 'part-3.jsonl': '1 thread' };
    const commands: BuiltCommand[] = all
      ? [
          ...[plain, ...Object.keys(SPEEDS).map(atSpeed)],
          ...[cutAt(0.2, 'batch 4'), cutAt(0.45, 'batch auto'), cutAt(0.9, 'batch 4')],
          ...Object.entries(parts).map(([file, what], i) =>
            infer('merged', file, ['--shard', `${i + 1}/3`, ...SPEEDS[what]]),
          ),
          { argv: ['merge', ...Object.keys(parts), '--out', 'out.jsonl', '--quiet'], cwd: folderOf('merged') },
          infer('a thread dies', 'out.jsonl', ['--num-workers', '1', '--batch-size', '4'], { killThread: true }),
        ]
      : [plain, atSpeed('batch 4'), atSpeed('batch auto'), cutAt(0.6, 'batch 4')];
    return { commands, folders: [...new Set(commands.map(({ cwd }) => cwd))] };
  }
});

describe('flags of speed and of profiling', () => {
  const { dir, data, run } = useToyRun();
  const infer = (...flags: string[]) =>
    runCli(
      'infer',
      '--infer-config',
      run,
      '--input',
      join(data, 'test'),
      '--save-jsonl',
      join(dir, 'o.jsonl'),
      ...flags,
    );

  for (const [flag, value, words] of [
    ['--batch-size', '0', 'expected whole number of 1 or more'],
    ['--batch-size', '2.5', 'expected whole number of 1 or more'],
    ['--batch-size', 'many', 'expected a number'],
    ['--num-workers', '-1', 'expected whole number'],
    ['--num-workers', 'auto', 'expected a number'],
    ['--memory-budget', '0', 'expected number above 0'],
    ['--memory-budget', 'lots', 'expected a number'],
  ]) {
    it(`${flag} ${value} is refused with one sentence`, async () => {
      const { code, stdout, stderr } = await infer(`${flag}=${value}`);
      expect([code, stdout]).to.deep.equal([2, '']);
      expect(stderr)
        .to.match(/^error: [^\n]+\n$/)
        .and.include(`${flag}`)
        .and.include(words);
    });
  }

  it('the profile goes to the standard error and a file, the trace to a file, the records stay alone', async () => {
    const [json, trace] = [join(dir, 'profile.json'), join(dir, 'trace.json')];
    const flags = [
      ...['--profile', '--profile-json', json, '--trace', trace, '--defects', '--quiet', '--batch-size', '4'],
      // Whatever is asked for, a picture is decoded once and preprocessed once.
      ...['--include-maps', '--save-maps', join(dir, 'maps'), '--save-masks', join(dir, 'masks')],
      ...['--save-overlays', join(dir, 'overlays')],
    ];
    const { code, stdout, stderr } = await runCli(
      ...['infer', '--infer-config', run, '--input', join(data, 'test'), ...flags],
    );
    expect(code, stderr).to.equal(0);
    const records = stdout.trim().split('\n');
    expect(records.map((line) => JSON.parse(line).index)).to.deep.equal(records.map((_, i) => i));
    expect(stderr).to.match(/stage +pictures +p50 ms/);
    for (const stage of [
      'load',
      'preprocess',
      'model',
      'postprocess',
      'save',
      'waiting: decoders',
      'waiting: device',
    ]) {
      expect(stderr).to.include(stage);
    }
    const profile = JSON.parse(readFileSync(json, 'utf8'));
    expect(profile.counts).to.deep.equal({ inputs: records.length, processed: records.length, errors: 0 });
    for (const stage of ['load', 'preprocess', 'model', 'postprocess', 'save']) {
      expect(profile.stages[stage].count, stage).to.equal(records.length);
      expect(profile.stages[stage].p50_ms).to.be.at.most(profile.stages[stage].max_ms);
    }
    expect(profile.read_back_bytes).to.be.above(0);
    expect(profile.peak_tensor_bytes).to.be.above(0);
    const { infer: inferring, load_model, total } = profile.timing_seconds;
    expect(inferring + load_model).to.be.at.most(total);
    const events = JSON.parse(readFileSync(trace, 'utf8')) as { ph: string; name: string; dur?: number }[];
    const whole = events.filter(({ ph }) => ph === 'X');
    expect(whole.filter(({ name }) => name === 'load')).to.have.length(records.length);
    expect(whole.every(({ dur = -1 }) => dur >= 0)).to.equal(true);
  });

  it('no file of a profile is an input, or another output', async () => {
    const picture = join(data, 'test/good/000.png');
    const before = readFileSync(picture);
    for (const [flags, words] of [
      [['--trace', picture], 'is an input of the run'],
      [['--profile-json', join(dir, 'o.jsonl')], '--save-jsonl already writes this file'],
    ] as const) {
      const { code, stderr } = await infer(...flags, '--quiet');
      expect([code, stderr.includes(words)], stderr).to.deep.equal([2, true]);
    }
    expect(readFileSync(picture).equals(before)).to.equal(true);
  });

  it('a trace that cannot be written is one sentence, before any picture', async () => {
    const { code, stdout, stderr } = await infer('--trace', join(dir, 'nowhere', 'trace.json'), '--quiet');
    expect([code, stdout]).to.deep.equal([2, '']);
    expect(stderr).to.match(/^error: [^\n]*trace.json: the trace cannot be written[^\n]*\n$/);
  });
});

/** The records, maps and masks of a run, by name. */
function outputsOf(root: string): Record<string, Buffer> {
  const artifacts = ['maps', 'masks'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .sort()
      .map((name) => join(folder, name)),
  );
  return Object.fromEntries(['out.jsonl', ...artifacts].map((name) => [name, readFileSync(join(root, name))]));
}
