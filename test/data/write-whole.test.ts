import { mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { fileTrouble } from '../../src/data/file-trouble.js';
import { temporaryPath, writeFileWhole } from '../../src/data/write-whole.js';
import { DataError } from '../../src/errors.js';

describe('writeFileWhole', () => {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'imgano-write-'));
  });
  afterEach(() => rm(dir, { recursive: true }));

  it('writes bytes and text, replaces an older file, and leaves nothing else', async () => {
    const path = join(dir, 'a.txt');
    await writeFileWhole(path, 'first');
    await writeFileWhole(path, Uint8Array.of(104, 105));
    expect(await readFile(path, 'utf8')).to.equal('hi');
    expect(await readdir(dir)).to.deep.equal(['a.txt']);
  });

  it('lets writers of one file come one after the other', async () => {
    const path = join(dir, 'a.txt');
    const contents = Array.from({ length: 20 }, (_, i) => `${i}`.repeat(50000));
    await Promise.all(contents.map((content) => writeFileWhole(path, content)));
    expect(contents).to.include(await readFile(path, 'utf8'));
    expect(await readdir(dir)).to.deep.equal(['a.txt']);
  });

  it('a writer that was killed replaces what it left half written, and nobody else does', async () => {
    const path = join(dir, 'a.txt');
    const left = temporaryPath(path, 'me');
    expect(left).to.not.equal(temporaryPath(path, 'another'));
    expect(left).to.not.equal(temporaryPath(join(dir, 'b.txt'), 'me'));
    await writeFile(left, 'half of someth');
    await writeFileWhole(path, 'all', 'another');
    expect(await readdir(dir)).to.deep.equal([basename(left), 'a.txt']);
    await writeFileWhole(path, 'all', 'me');
    expect(await readdir(dir)).to.deep.equal(['a.txt']);
    expect(await readFile(path, 'utf8')).to.equal('all');
  });

  it('writes to a device or a pipe, which stays what it is', async () => {
    await writeFileWhole('/dev/null', 'x');
    expect((await stat('/dev/null')).isCharacterDevice()).to.equal(true);
  });

  it('says in one sentence why it could not, and cleans up', async () => {
    const missing = join(dir, 'no', 'a.txt');
    const error = await writeFileWhole(missing, 'x').catch((e: unknown) => e);
    expect(error).to.be.instanceOf(DataError);
    expect((error as Error).message).to.equal(
      `${missing}: cannot be written, because there is no such file or folder; check the path`,
    );
    const folder = join(dir, 'folder');
    await mkdir(folder);
    expect(await writeFileWhole(folder, 'x').catch((e: unknown) => e)).to.be.instanceOf(DataError);
    expect(await readdir(dir)).to.deep.equal(['folder']);
  });

  it('has words for a full disk and a read-only folder', () => {
    expect(fileTrouble({ code: 'ENOSPC' })).to.include('the disk is full');
    expect(fileTrouble({ code: 'EROFS' })).to.include('read-only');
    expect(fileTrouble({ code: 'EACCES' })).to.include('denies access');
    expect(fileTrouble(new Error('something else'))).to.equal('something else');
  });
});
