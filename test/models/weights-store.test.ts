import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigError, WeightsError } from '../../src/errors.js';
import { openWeightsStore } from '../../src/models/weights-store.js';
import { describeWithShared } from '../support/shared.js';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function manifestEntry(id: string, files: Record<string, string>): object {
  return {
    schema_version: 1,
    id,
    arch: 'toy',
    tag: 'test',
    format: 'tfjs_layers',
    folder: 'toy-folder',
    files: Object.entries(files).map(([path, text]) => ({ path, sha256: sha256(text), bytes: text.length })),
    input: { size: { height: 8, width: 8 }, crop_pct: 1, interpolation: 'bilinear', antialias: true },
    scale: 1,
    mean: [0, 0, 0],
    std: [1, 1, 1],
    taps: [{ layer: 'a', stride: 2, channels: 4 }],
    license: 'none',
    origin: 'made by the test',
  };
}

describe('weights store', () => {
  let dir = '';
  let options = { manifestDirs: [''], searchDirs: [''] };
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'imgano-weights-'));
    for (const folder of ['manifest', 'one', 'two/toy-folder', 'three/toy'])
      mkdirSync(join(dir, folder), { recursive: true });
    const entry = manifestEntry('toy', { 'model.json': 'topology', 'weights.bin': 'numbers' });
    writeFileSync(join(dir, 'manifest', 'toy.json'), JSON.stringify(entry));
    options = { manifestDirs: [join(dir, 'manifest')], searchDirs: ['one', 'two', 'three'].map((d) => join(dir, d)) };
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const put = (folder: string, name: string, text: string) => writeFileSync(join(dir, folder, name), text);
  const putGood = (folder: string) => {
    put(folder, 'model.json', 'topology');
    put(folder, 'weights.bin', 'numbers');
  };
  const failure = (promise: Promise<unknown>): Promise<Error> =>
    promise.then(
      () => expect.fail('no error was raised'),
      (error: Error) => error,
    );

  for (const folder of ['one', 'two/toy-folder', 'three/toy']) {
    it(`finds a checkpoint in ${folder}`, async () => {
      putGood(folder);
      const { id, files, entry } = await openWeightsStore(options).resolve('toy');
      expect(id).to.equal('toy');
      expect(entry.input.multiple).to.equal(1);
      expect(files.map((file) => file.path)).to.deep.equal([
        join(dir, folder, 'model.json'),
        join(dir, folder, 'weights.bin'),
      ]);
      expect(new TextDecoder().decode(await files[1].read())).to.equal('numbers');
    });
  }

  it('lists the entries of the package and of the user', async () => {
    const ids = (await openWeightsStore(options).entries()).map((entry) => entry.id);
    expect(ids).to.include.members(['mobilenet_v1_1.0_trunk', 'toy']);
  });

  it('suggests an id for an unknown one', async () => {
    const error = await failure(openWeightsStore(options).resolve('tyo'));
    expect(error).to.be.instanceOf(WeightsError);
    expect(error.message).to.contain('did you mean "toy"?');
  });

  it('names the folders that were searched for a missing checkpoint, and the file of an incomplete one', async () => {
    const error = await failure(openWeightsStore(options).resolve('toy'));
    expect(error).to.be.instanceOf(WeightsError);
    expect(error.message).to.contain(join(dir, 'one')).and.contain(join(dir, 'three')).and.contain('--weights');
    put('one', 'model.json', 'topology');
    const incomplete = await failure(openWeightsStore(options).resolve('toy'));
    expect(incomplete.message).to.contain(`${join(dir, 'one', 'weights.bin')} is missing`);
  });

  it('names both hashes of an altered file, and prefers a good copy elsewhere', async () => {
    putGood('one');
    put('one', 'weights.bin', 'numbers!');
    const error = await failure(openWeightsStore(options).resolve('toy'));
    expect(error).to.be.instanceOf(WeightsError);
    expect(error.message).to.contain(sha256('numbers')).and.contain(sha256('numbers!'));
    putGood('three/toy');
    const found = await openWeightsStore(options).resolve('toy');
    expect(found.files[0].path).to.equal(join(dir, 'three/toy/model.json'));
  });

  it('notices a file that changes between resolving and reading', async () => {
    putGood('one');
    const store = openWeightsStore(options);
    const { files } = await store.resolve('toy');
    put('one', 'weights.bin', 'other');
    expect(await failure(files[1].read())).to.be.instanceOf(WeightsError);
    expect(await failure(store.resolve('toy'))).to.be.instanceOf(WeightsError);
  });

  it('reads IMGANO_WEIGHTS', async () => {
    putGood('two/toy-folder');
    const before = process.env.IMGANO_WEIGHTS;
    try {
      process.env.IMGANO_WEIGHTS = join(dir, 'two');
      expect((await openWeightsStore({ manifestDirs: options.manifestDirs }).resolve('toy')).files).to.have.length(2);
    } finally {
      if (before === undefined) delete process.env.IMGANO_WEIGHTS;
      else process.env.IMGANO_WEIGHTS = before;
    }
  });

  it('refuses entries that leave their folder, repeat an id, or are no JSON', async () => {
    const escaping = manifestEntry('evil', { '../../etc/passwd': 'x' });
    writeFileSync(join(dir, 'manifest', 'evil.json'), JSON.stringify(escaping));
    const error = await failure(openWeightsStore(options).entries());
    expect(error).to.be.instanceOf(ConfigError);
    expect(error.message).to.contain('files[0].path: expected relative path without ".."');
    writeFileSync(join(dir, 'manifest', 'evil.json'), readFileSync(join(dir, 'manifest', 'toy.json')));
    expect((await failure(openWeightsStore(options).entries())).message).to.contain('described twice');
    writeFileSync(join(dir, 'manifest', 'evil.json'), '{');
    expect((await failure(openWeightsStore(options).entries())).message).to.contain('not readable JSON');
  });
});

describeWithShared('the package manifest', ['weights', 'mobilenet-v1-trunk'], (path) => {
  it('describes the trunk as it is', async () => {
    const { files, entry } = await openWeightsStore({ searchDirs: [join(path, '..')] }).resolve(
      'mobilenet_v1_1.0_trunk',
    );
    for (const file of files) expect((await file.read()).length).to.equal(file.bytes);
    expect(entry.taps.map((tap) => tap.layer)).to.include('conv_pw_11_relu');
  });
});
