import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Random } from '../../src/runtime/random.js';
import { scratch } from '../support/toy-run.js';

// The fake run is a program of the built package: it starts in a moment, so that it can be killed in many.
const program = new URL('../support/fake-run.mjs', import.meta.url);
const { fakeRun } = (await import(program.href)) as {
  fakeRun: (options: { dir: string; resume: boolean; count: number; model?: string }) => Promise<{ processed: number }>;
};

const COUNT = 60;
/** `IMGANO_KILLS=50` asks for more. */
const KILLS = Number(process.env.IMGANO_KILLS ?? 14);

describe('a run that goes on', () => {
  const dir = scratch();
  const whole = join(dir, 'whole');
  let expected: Map<string, Buffer>;

  before(async () => {
    await fakeRun({ dir: whole, resume: false, count: COUNT });
    expected = filesOf(whole);
    expect(expected.size).to.be.above(2 * COUNT - 20);
  });

  /** A copy of the whole run, to be damaged. */
  function copy(name: string): string {
    const to = join(dir, name);
    rmSync(to, { recursive: true, force: true });
    cpSync(whole, to, { recursive: true });
    return to;
  }

  it('ends with the same bytes after any cut, in the middle of a line too, whatever happened to the artifacts after it', async () => {
    const random = new Random(3);
    const length = expected.get('out.jsonl')!.length;
    const cuts = [0, 1, length - 1, length, ...Array.from({ length: 20 }, () => random.below(length))];
    for (const cut of cuts) {
      const to = copy('cut');
      truncateSync(join(to, 'out.jsonl'), cut);
      truncateSync(join(to, 'regions.jsonl'), random.below(expected.get('regions.jsonl')!.length + 1));
      const lines = expected.get('out.jsonl')!.subarray(0, cut).toString('utf8').split('\n').length - 1;
      for (const name of readdirSync(join(to, 'maps'))) {
        if (Number(name.slice(0, 6)) >= lines && random.uniform() < 0.7) writeFileSync(join(to, 'maps', name), 'half');
      }
      await fakeRun({ dir: to, resume: true, count: COUNT });
      sameFiles(to, expected, `cut at ${cut}`);
    }
  });

  it('does not count a last line that a power cut filled with other bytes', async () => {
    const to = copy('zeros');
    const bytes = readFileSync(join(to, 'out.jsonl'));
    bytes.fill(0, bytes.lastIndexOf(10, bytes.length - 2) + 1, bytes.length - 1);
    writeFileSync(join(to, 'out.jsonl'), bytes);
    await fakeRun({ dir: to, resume: true, count: COUNT });
    sameFiles(to, expected);
  });

  it('refuses an altered line, other inputs, another config, and records without a header; and leaves them as they are', async () => {
    const refusals: [string, RegExp, (to: string) => Promise<unknown>][] = [
      ['more', /inputs\.count was 60, now 61/, (to) => fakeRun({ dir: to, resume: true, count: COUNT + 1 })],
      [
        'model',
        /settings\.model was "fake", now "other"/,
        (to) => fakeRun({ dir: to, resume: true, count: COUNT, model: 'other' }),
      ],
      [
        'header',
        /has no header/,
        (to) => {
          rmSync(join(to, 'out.jsonl.run.json'));
          return fakeRun({ dir: to, resume: true, count: COUNT });
        },
      ],
      [
        'broken header',
        /is not valid JSON/,
        (to) => {
          truncateSync(join(to, 'out.jsonl.run.json'), 20);
          return fakeRun({ dir: to, resume: true, count: COUNT });
        },
      ],
      [
        'line',
        /out\.jsonl:3: expected the record of part-2\.png/,
        (to) => {
          const lines = readFileSync(join(to, 'out.jsonl'), 'utf8').split('\n');
          writeFileSync(join(to, 'out.jsonl'), [lines[0], lines[1], ...lines.slice(3)].join('\n'));
          return fakeRun({ dir: to, resume: true, count: COUNT });
        },
      ],
      [
        'damage',
        /out\.jsonl:2: expected the record of part-1\.png/,
        (to) => {
          const lines = readFileSync(join(to, 'out.jsonl'), 'utf8').split('\n');
          writeFileSync(join(to, 'out.jsonl'), [lines[0], '{"half', ...lines.slice(2)].join('\n'));
          return fakeRun({ dir: to, resume: true, count: COUNT });
        },
      ],
    ];
    for (const [name, message, act] of refusals) {
      const to = copy('refused');
      let outcome: unknown;
      let before: Buffer | null = null;
      try {
        const acting = act(to);
        before = readFileSync(join(to, 'out.jsonl'));
        outcome = await acting;
      } catch (error) {
        outcome = (error as Error).message;
      }
      expect(outcome, name).to.match(message);
      expect(readFileSync(join(to, 'out.jsonl')), name).to.deep.equal(before);
      expect(existsSync(join(to, 'out.jsonl.lock')), name).to.equal(false);
    }
  });

  it('starts anew without --resume, and where nothing was written yet', async () => {
    const to = copy('anew');
    await fakeRun({ dir: to, resume: false, count: 5, model: 'other' });
    expect(readFileSync(join(to, 'out.jsonl'), 'utf8').split('\n')).to.have.length(6);
    truncateSync(join(to, 'out.jsonl'), 0);
    expect(await fakeRun({ dir: to, resume: true, count: 4 })).to.include({ processed: 4 });
    rmSync(to, { recursive: true });
    expect(await fakeRun({ dir: to, resume: true, count: 4 })).to.include({ processed: 4 });
  });

  it(`ends with the same bytes, and nothing else, when it was killed at ${KILLS} random moments`, async function () {
    this.timeout(300_000);
    // Two at a time: a process spends most of its time on its own start.
    const inside = await Promise.all([11, 12].map((seed) => killAndGoOn(join(dir, `killed-${seed}`), seed, KILLS / 2)));
    expect(inside[0] + inside[1], 'kills between the first line and the last').to.be.above(0);
  });

  /** Walks again and again until it was killed so often; gives how many kills came between two lines. */
  async function killAndGoOn(to: string, seed: number, kills: number): Promise<number> {
    const random = new Random(seed);
    const length = expected.get('out.jsonl')!.length;
    let [done, inside] = [0, 0];
    while (done < kills) {
      mkdirSync(to, { recursive: true });
      for (;;) {
        const size = sizeOf(to);
        const target = done % 5 === 4 ? 'lock' : size + random.below(length - size + 1);
        if (await runAndKill(to, done < kills ? target : null)) break;
        done += 1;
        inside += sizeOf(to) > 0 && sizeOf(to) < length ? 1 : 0;
      }
      sameFiles(to, expected, `after ${done} kills`);
      rmSync(to, { recursive: true });
    }
    return inside;
  }
});

/**
 * Starts the program and kills it when its records have so many bytes, or when it has taken the lock; null lets it go on. True when
 * it came to its end.
 */
async function runAndKill(dir: string, target: number | 'lock' | null): Promise<boolean> {
  const lock = () => (existsSync(join(dir, 'out.jsonl.lock')) ? readFileSync(join(dir, 'out.jsonl.lock'), 'utf8') : '');
  const left = lock();
  const args = [fileURLToPath(program), dir, String(COUNT), '4', '--resume'];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  let over = false;
  void ended.then(() => (over = true));
  if (target === 'lock') while (!over && lock() === left) await sleep(1);
  else {
    await Promise.race([once(child.stdout, 'data'), ended]);
    while (!over && target !== null && sizeOf(dir) < target) await sleep(1);
  }
  if (target !== null) child.kill('SIGKILL');
  const [code, signal] = await ended;
  expect([0, null]).to.include(code);
  return signal === null;
}

function sizeOf(dir: string): number {
  return statSync(join(dir, 'out.jsonl'), { throwIfNoEntry: false })?.size ?? 0;
}

/** Every file of a folder, by its relative path. */
function filesOf(dir: string): Map<string, Buffer> {
  const names = (readdirSync(dir, { recursive: true }) as string[]).sort();
  const files = names.filter((name) => statSync(join(dir, name)).isFile());
  return new Map(files.map((name) => [name, readFileSync(join(dir, name))]));
}

function sameFiles(dir: string, expected: Map<string, Buffer>, when = ''): void {
  const files = filesOf(dir);
  expect([...files.keys()], when).to.deep.equal([...expected.keys()]);
  for (const [name, bytes] of files) expect(bytes.equals(expected.get(name)!), `${name} ${when}`).to.equal(true);
}
