import { expect } from 'chai';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { openDataset } from '../../../src/data/dataset.js';
import { decodePicture } from '../../../src/data/decode.js';
import { encodePng } from '../../../src/data/encode.js';
import { listFiles } from '../../../src/data/list-files.js';
import { Random } from '../../../src/runtime/random.js';
import { countsOf, parseMixture } from '../../../src/workbench/synthesize/preset-mixture.js';
import { runCli } from '../../support/cli.js';

describe('imgano synthesize', () => {
  let folder: string;
  const at = (...parts: string[]) => join(folder, ...parts);
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'imgano-synthesize-'));
    await mkdir(at('good'));
    for (let i = 0; i < 12; i++) {
      const random = new Random(i);
      const data = Uint8Array.from({ length: 48 * 56 }, () => 90 + random.below(60));
      await writeFile(at('good', `${i}.png`), await encodePng({ height: 48, width: 56, channels: 1, data }));
    }
  });
  after(() => rm(folder, { recursive: true }));

  const synthesize = (out: string, ...more: string[]) =>
    runCli('synthesize', '--input', at('good'), '--out', at(out), '--quiet', ...more);
  const mixed = ['--presets', 'stain:2,rust', '--n-test-anomaly', '6', '--num-defects', '1-2', '--severity', '0.5-1'];

  it('writes the layout of MVTec AD, in which no picture is twice, with grey pictures and a manifest', async () => {
    const { code, stdout, stderr } = await synthesize('a', ...mixed, '--json', '--preview', at('sheet.png'));
    expect(stderr).to.equal('');
    expect(code).to.equal(0);
    const report = JSON.parse(stdout);
    expect(report).to.deep.include({ train: 8, test_good: 2, test_anomaly: { stain: 4, rust: 2 }, skipped: 0 });
    for (const root of [at('a'), at('a', 'manifest.jsonl')]) {
      const items = await openDataset(root);
      expect(items.length).to.equal(16);
      expect(items.filter(({ label }) => label === 1).every(({ maskPath }) => maskPath !== null)).to.equal(true);
    }
    const lines = (await readFile(report.manifest, 'utf8')).trim().split('\n');
    const rows = lines.map((line) => JSON.parse(line));
    const sources = (test: (row: { split: string; label: number }) => boolean) =>
      new Set(rows.filter(test).map((row) => row.meta.source as string));
    const [train, good, bad] = [
      sources(({ split }) => split === 'train'),
      sources(({ split, label }) => split === 'test' && label === 0),
      sources(({ label }) => label === 1),
    ];
    expect(train.size + good.size + bad.size).to.equal(new Set([...train, ...good, ...bad]).size);
    const hashes = await hashesOf(at('a'));
    expect(new Set(Object.values(hashes)).size).to.equal(Object.keys(hashes).length);
    expect((await decodePicture(at('sheet.png'))).width).to.equal(4 * 60 - 4);
  });

  it('writes the same bytes for the same seed, and others for another', async () => {
    await synthesize('b', ...mixed, '--category', 'x');
    await synthesize('c', ...mixed, '--category', 'x');
    await synthesize('d', ...mixed, '--category', 'x', '--seed', '1');
    expect(await hashesOf(at('b'))).to.deep.equal(await hashesOf(at('c')));
    expect(await hashesOf(at('b'))).not.to.deep.equal(await hashesOf(at('d')));
  });

  it('keeps what a data set holds for the test out of the training', async () => {
    const made = await openDataset(at('a'));
    await runCli(
      'synthesize',
      '--input',
      at('a'),
      '--out',
      at('e'),
      '--quiet',
      '--n-test-normal',
      '1',
      '--n-test-anomaly',
      '1',
    );
    const rows = (await readFile(at('e', 'manifest.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    const splitOf = new Map(made.map(({ source, split }) => [source.name, split]));
    for (const row of rows) expect(splitOf.get(row.meta.source)).to.equal(row.split);
    expect(rows.length).to.equal(10);
  });

  it('says in one sentence what is wrong', async () => {
    const say = async (...more: string[]) => {
      const { code, stderr } = await synthesize('never', ...more);
      expect(code).to.equal(2);
      expect(stderr.trim().split('\n').length).to.equal(1);
      return stderr;
    };
    expect(await say('--presets', 'scrach')).to.include('got "scrach" (did you mean "scratch"?)');
    expect(await say('--presets', 'pit:0')).to.include('expected a weight above 0');
    expect(await say('--presets', 'pit,pit')).to.include('"pit" stands twice');
    expect(await say('--severity', '0-1')).to.include('--severity: expected a number above 0 and at most 1');
    expect(await say('--num-defects', '2-1')).to.include('--num-defects');
    expect(await say('--blend', 'poison')).to.include('--blend: expected one of alpha, seamless, mixed');
    expect(await say('--n-train', '12')).to.include(
      '12 good pictures are too few for 12 to train, 2 good ones and 2 with defects',
    );
    expect(await say('--roi-mask', at('no.png'))).to.include('no.png');
    expect(await say('--defect-bank', at('no'))).to.include('no');
    const { stderr } = await runCli('synthesize', '--input', at('good'), '--out', at('good'));
    expect(stderr).to.include('the folder is not empty');
  });
});

describe('preset-mixture', () => {
  it('shares pictures out by weight, the largest remainders first', () => {
    const shares = parseMixture('a:3, b ,c:0.5', ['a', 'b', 'c']);
    expect(countsOf(shares, 9)).to.deep.equal([6, 2, 1]);
    expect(countsOf(shares, 0)).to.deep.equal([0, 0, 0]);
    expect(countsOf(parseMixture('all', ['a', 'b']), 3)).to.deep.equal([2, 1]);
  });
});

async function hashesOf(root: string): Promise<Record<string, string>> {
  const files = await listFiles(root, () => true);
  const entries = await Promise.all(
    files.map(async (path) => [
      relative(root, path),
      createHash('sha256')
        .update(await readFile(path))
        .digest('hex'),
    ]),
  );
  return Object.fromEntries(entries);
}
