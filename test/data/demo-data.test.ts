import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { expect } from 'chai';
import { openDataset } from '../../src/data/dataset.js';
import { decodeMask } from '../../src/data/decode-mask.js';
import { listPictures } from '../../src/data/list-pictures.js';
import { generateDemoData, type DemoDataOptions } from '../../src/data/synthesis/demo-data.js';
import { machined } from '../../src/data/synthesis/machined.js';
import { printed } from '../../src/data/synthesis/printed.js';
import { studio } from '../../src/data/synthesis/studio.js';
import { woven } from '../../src/data/synthesis/woven.js';
import { ConfigError, DataError } from '../../src/errors.js';
import { Random } from '../../src/runtime/random.js';

const small: DemoDataOptions = { size: 64, trainGood: 2, testGood: 1, testBad: 4 };

describe('generateDemoData', () => {
  let dir = '';
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'imgano-demo-'));
    await generateDemoData(join(dir, 'a'), small);
  });
  after(() => rm(dir, { recursive: true }));

  it('writes a data set of three kinds, with a mask for every defect and nothing else', async () => {
    const items = await openDataset(join(dir, 'a'));
    const count = (test: (item: (typeof items)[number]) => boolean) => items.filter(test).length;
    expect([...new Set(items.map((item) => item.category))]).to.deep.equal(['machined', 'printed', 'woven']);
    expect(count((item) => item.split === 'train')).to.equal(6);
    expect(count((item) => item.label === 1)).to.equal(12);
    expect(new Set(items.map((item) => item.defect)).size).to.equal(13);
    expect((await listPictures(join(dir, 'a'))).length).to.equal(items.length + 12);
    for (const item of items.filter((i) => i.label === 1)) {
      const picture = await item.source.decode();
      const { data } = await decodeMask(item.maskPath!, { size: picture });
      const area = data.reduce((sum, value) => sum + value, 0);
      expect(area, item.maskPath!).to.be.within(2, (64 * 64) / 4);
    }
  });

  it('writes the same bytes for the same seed, and others for another', async () => {
    await generateDemoData(join(dir, 'b'), { ...small, kinds: ['woven'] });
    await generateDemoData(join(dir, 'c'), { ...small, kinds: ['woven'], seed: 1 });
    for (const path of await listPictures(join(dir, 'b'))) {
      const name = relative(join(dir, 'b'), path);
      const [a, b, c] = await Promise.all(['a', 'b', 'c'].map((folder) => readFile(join(dir, folder, name))));
      expect(a.equals(b), name).to.equal(true);
      if (!name.includes('mask')) expect(b.equals(c), name).to.equal(false);
    }
  });

  it('refuses wrong numbers, unknown kinds and a folder that cannot be made', async () => {
    const refused = async (options: DemoDataOptions, path = join(dir, 'x')) =>
      generateDemoData(path, options).catch((error: unknown) => error);
    expect(await refused({ size: 10 })).to.be.instanceOf(ConfigError);
    expect(await refused({ testBad: -1 })).to.be.instanceOf(ConfigError);
    expect((await refused({ kinds: ['wovn' as 'woven'] })) as Error).to.have.property(
      'message',
      'demo data: expected kinds of woven, machined, printed, got "wovn" (did you mean "woven"?)',
    );
    expect(await refused(small, join(dir, 'a/woven/train/good/000.png'))).to.be.instanceOf(DataError);
  });
});

describe('the made-up parts', () => {
  const size = 96;
  for (const [name, { good, bad, defects }] of Object.entries({
    woven: studio(woven),
    machined: studio(machined),
    printed: studio(printed),
  })) {
    const differences = (a: Uint8Array, b: Uint8Array) => a.map((value, i) => Math.abs(value - b[i]));
    const shareAbove = (values: Uint8Array, level: number) => values.filter((v) => v > level).length / values.length;

    it(`${name}: good parts are well exposed and differ from each other by more than noise`, () => {
      const first = good(new Random(1), size);
      const second = good(new Random(2), size);
      expect(shareAbove(first, 254), 'burnt out').to.be.lessThan(0.01);
      expect(shareAbove(differences(first, second), 12), 'a plain difference lights up').to.be.greaterThan(0.03);
    });

    it(`${name}: outside the mask, a part with a defect is the part without it`, () => {
      for (const defect of defects) {
        const seed = new Random(7).fork(defect);
        const { pixels, mask } = bad(defect, 0.6, seed, size);
        const clean = good(new Random(7).fork(defect), size);
        let inside = 0;
        let outside = 0;
        for (let i = 0; i < mask.length; i++) {
          const most = Math.max(...[0, 1, 2].map((c) => Math.abs(pixels[3 * i + c] - clean[3 * i + c])));
          if (mask[i] === 1) inside = Math.max(inside, most);
          else outside = Math.max(outside, most);
        }
        expect(outside, `${defect} outside`).to.be.lessThan(24);
        expect(inside, `${defect} inside`).to.be.greaterThan(15);
      }
    });
  }
});
