import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { expect } from 'chai';
import { DataError, WeightsError } from '../../../src/errors.js';
import { networkOf } from '../../../src/models/backbones/architectures.js';
import { saveTensors } from '../../../src/models/tensor-file.js';
import { importWeights } from '../../../src/models/weights/import-weights.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { addEntry } from '../../support/small-network.js';

const ID = 'mobilenetv3_small_100.lamb_in1k';

describe('the import of weights', () => {
  let [dir, file] = ['', ''];
  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'imgano-import-'));
    file = join(dir, 'download.safetensors');
    const { parameters } = networkOf({ id: ID, arch: 'mobilenet_v3_small', naming: 'timm' });
    const zeros = parameters.map(({ name, shape }) => {
      const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
      return [name, { shape, data }] as const;
    });
    await saveTensors(file, Object.fromEntries(zeros));
  });
  after(() => rmSync(dir, { recursive: true, force: true }));

  const folder = () => mkdtempSync(join(dir, 'weights-'));
  const store = (...searchDirs: string[]) => openWeightsStore({ searchDirs });
  const failure = (promise: Promise<unknown>) =>
    promise.then(
      () => expect.fail('no error was raised'),
      (error: Error) => error,
    );

  it('puts the file where the store finds it, pinned, and leaves nothing else', async () => {
    const weights = folder();
    const imported = await importWeights(file, ID, { store: store(), dir: weights });
    const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
    expect(imported).to.deep.equal({
      files: [{ path: join(weights, ID, 'model.safetensors'), sha256, bytes: readFileSync(file).length }],
      license: 'Apache-2.0',
      origin: `https://huggingface.co/timm/${ID} (model.safetensors)`,
    });
    expect(readdirSync(join(weights, ID)).sort()).to.deep.equal(['model.safetensors', 'model.safetensors.sha256']);
    expect((await store(weights).resolve(ID)).files[0].sha256).to.equal(sha256);
    await importWeights(file, ID, { store: store(), dir: weights });
  });

  it('goes to the first folder of IMGANO_WEIGHTS where that is set', async () => {
    const before = process.env.IMGANO_WEIGHTS;
    const [first, second] = [folder(), folder()];
    try {
      process.env.IMGANO_WEIGHTS = [first, second].join(delimiter);
      await importWeights(file, ID, { store: store() });
      expect((await store().resolve(ID)).files[0].path).to.equal(join(first, ID, 'model.safetensors'));
    } finally {
      if (before === undefined) delete process.env.IMGANO_WEIGHTS;
      else process.env.IMGANO_WEIGHTS = before;
    }
  });

  it('pins a file in place', async () => {
    const weights = folder();
    mkdirSync(join(weights, ID));
    const path = join(weights, ID, 'model.safetensors');
    writeFileSync(path, readFileSync(file));
    expect((await importWeights(path, ID, { store: store(), dir: weights })).files[0].path).to.equal(path);
    expect((await store(weights).resolve(ID)).files).to.have.length(1);
  });

  it('refuses another architecture before anything is written', async () => {
    const weights = folder();
    const error = await failure(importWeights(file, 'resnet18.tv_in1k', { store: store(), dir: weights }));
    expect(error).to.be.instanceOf(WeightsError);
    expect(error.message).to.contain('does not fit the network');
    expect(readdirSync(weights)).to.deep.equal([]);
  });

  it('refuses another file than the one that is pinned, with both hashes', async () => {
    const weights = folder();
    mkdirSync(join(weights, ID));
    const pin = 'a'.repeat(64);
    writeFileSync(join(weights, ID, 'model.safetensors.sha256'), pin);
    const error = await failure(importWeights(file, ID, { store: store(), dir: weights }));
    expect(error.message).to.contain(pin).and.contain('remove that file');
  });

  it('takes a tfjs model with all its shards, by its folder or its model.json, and refuses one that lacks a shard', async () => {
    const model = join(dir, 'model');
    mkdirSync(model, { recursive: true });
    const paths = ['a.bin', 'b.bin'];
    const json = { modelTopology: {}, weightsManifest: [{ paths, weights: [] }] };
    writeFileSync(join(model, 'model.json'), JSON.stringify(json));
    for (const path of paths) writeFileSync(join(model, path), path);
    const entry = await store().entry('mobilenet_v1_1.0_trunk');
    const files = (names: string[]) => names.map((path) => ({ path, sha256: null, bytes: null }));
    for (const source of [model, join(model, 'model.json')]) {
      const weights = folder();
      addEntry(weights, { ...entry, id: 'own', folder: 'own', files: files(['model.json', ...paths]) });
      addEntry(weights, { ...entry, id: 'less', folder: 'less', files: files(['model.json', 'a.bin']) });
      const own = store(weights);
      const imported = await importWeights(source, 'own', { store: own, dir: weights });
      expect(imported.files.map(({ path }) => path)).to.deep.equal(
        ['model.json', ...paths].map((name) => join(weights, 'own', name)),
      );
      expect((await own.resolve('own')).files).to.have.length(3);
      const error = await failure(importWeights(source, 'less', { store: own, dir: weights }));
      expect(error.message).to.contain('names the shard "b.bin"');
      expect(readdirSync(weights).sort()).to.deep.equal(['manifest', 'own']);
    }
  });

  it('says what cannot be imported, read or written', async () => {
    const weights = folder();
    const options = { store: store(), dir: weights };
    expect(await failure(importWeights(file, 'mobilenet_v1_1.0_trunk', options))).to.be.instanceOf(WeightsError);
    expect(await failure(importWeights(file, 'resnet18.tv', options))).to.be.instanceOf(WeightsError);
    expect(await failure(importWeights(join(dir, 'none'), ID, options))).to.be.instanceOf(WeightsError);
    expect(await failure(importWeights(file, ID, { ...options, dir: file }))).to.be.instanceOf(DataError);
  });
});
