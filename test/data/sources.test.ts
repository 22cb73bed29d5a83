import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openSources } from '../../src/data/sources.js';
import { DataError } from '../../src/errors.js';
import { pngBytes } from './picture-bytes.js';

describe('openSources', () => {
  let dir = '';
  const at = (...parts: string[]) => join(dir, ...parts);
  const names = async (inputs: string | string[]) => (await openSources(inputs)).map((source) => source.name);
  const refusal = async (inputs: string | string[]) => {
    const error = await openSources(inputs).catch((e: unknown) => e);
    expect(error).to.be.instanceOf(DataError);
    expect((error as Error).message).to.not.include('\n');
    return (error as Error).message;
  };

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'imgano-sources-'));
    for (const folder of ['a/b', '.hidden', 'empty', 'c [1]']) await mkdir(at(folder), { recursive: true });
    const files = [
      'a/b/z.PNG',
      'a/é.jpg',
      'a/B.tiff',
      'a/a.webp',
      'a/._a.webp',
      '.hidden/x.png',
      'a/notes.txt',
      'c [1]/1.bmp',
    ];
    // U+FF5E comes before U+1F600, although its UTF-16 unit is the greater one.
    for (const file of [...files, 'a/\u{ff5e}.png', 'a/\u{1f600}.png']) {
      await writeFile(at(file), pngBytes({ width: 1, height: 1, values: [1, 2, 3] }));
    }
  });
  after(() => rm(dir, { recursive: true }));

  const inA = ['B.tiff', 'a.webp', 'b/z.PNG', 'é.jpg', '\u{ff5e}.png', '\u{1f600}.png'];

  it('takes the pictures of a manifest, in its order', async () => {
    const rows = ['a/é.jpg', 'a/b/z.PNG'].map((image_path) => JSON.stringify({ image_path, category: 'part' }));
    await mkdir(at('lists'), { recursive: true });
    await writeFile(at('lists', 'some.jsonl'), rows.map((row) => row.replace('a/', '../a/')).join('\n'));
    expect((await names(at('lists', 'some.jsonl'))).map((name) => join(name))).to.deep.equal([
      at('a/é.jpg'),
      at('a/b/z.PNG'),
    ]);
  });

  it('walks a folder in code point order, without hidden files and other kinds', async () => {
    expect(await names(at('a'))).to.deep.equal(inA.map((name) => at('a', name)));
    expect(await names(dir)).to.deep.equal([...inA.map((name) => at('a', name)), at('c [1]/1.bmp')]);
  });

  it('takes a file, and decodes it when asked', async () => {
    const [source] = await openSources(at('a/b/z.PNG'));
    expect(source.name).to.equal(at('a/b/z.PNG'));
    expect([...(await source.decode()).rgb]).to.deep.equal([1, 2, 3]);
  });

  it('takes a glob, and a folder with brackets in its name literally', async () => {
    expect(await names(at('a', '**/*.{png,PNG,txt}'))).to.deep.equal(
      ['b/z.PNG', '\u{ff5e}.png', '\u{1f600}.png'].map((name) => at('a', name)),
    );
    expect(await names(at('c [1]'))).to.deep.equal([at('c [1]/1.bmp')]);
  });

  it('keeps the order of the inputs and names no picture twice', async () => {
    expect(await names([at('c [1]/1.bmp'), at('a/b'), at('a/b/../b/z.PNG'), dir])).to.deep.equal([
      at('c [1]/1.bmp'),
      at('a/b/z.PNG'),
      ...inA.filter((name) => name !== 'b/z.PNG').map((name) => at('a', name)),
    ]);
  });

  it('follows links without running in circles, and keeps a broken one', async () => {
    await mkdir(at('linked'));
    await symlink(at('linked'), at('linked/self'));
    await symlink(at('a/a.webp'), at('linked/one.webp'));
    await symlink(at('gone.png'), at('linked/two.png'));
    const sources = await openSources(at('linked'));
    expect(sources.map((source) => source.name)).to.deep.equal([at('linked/one.webp'), at('linked/two.png')]);
    const error = await sources[1].decode().catch((e: unknown) => e);
    expect(error).to.be.instanceOf(DataError);
    await rm(at('linked'), { recursive: true });
  });

  it('says in one sentence what is wrong with an input', async () => {
    expect(await refusal(at('empty'))).to.match(/empty: the folder holds no picture \(\.png, .*\); check the path$/);
    expect(await refusal(at('none'))).to.equal(
      `${at('none')}: cannot be opened, because there is no such file or folder; check the path`,
    );
    expect(await refusal(at('a/notes.txt'))).to.include('notes.txt: expected a file that ends in .png');
    expect(await refusal(at('a', '*.gif'))).to.include('the glob matches no picture');
    expect(await refusal([])).to.include('got none');
    expect(await refusal('')).to.include('empty string');
  });
});
