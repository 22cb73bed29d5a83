import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Probe } from '../../../src/config/weights-manifest.js';
import { WeightsError } from '../../../src/errors.js';
import { createExtractor } from '../../../src/models/backbones/create-extractor.js';
import { compareProbes } from '../../../src/models/weights/compare-probes.js';
import { importWeights } from '../../../src/models/weights/import-weights.js';
import { probePicture } from '../../../src/models/weights/probe-picture.js';
import { probeWeights } from '../../../src/models/weights/probe-weights.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { tf } from '../../../src/runtime/tf.js';
import { backends, leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { describeWithShared } from '../../support/shared.js';
import { addEntry, SMALL_ID, writeSmallCheckpoint } from '../../support/small-network.js';

let dir = '';
before(async () => {
  dir = mkdtempSync(join(tmpdir(), 'imgano-probe-'));
  await writeSmallCheckpoint(join(dir, 'file.safetensors'));
  const store = openWeightsStore({ searchDirs: [dir] });
  await importWeights(join(dir, 'file.safetensors'), SMALL_ID, { store, dir });
});
after(() => rmSync(dir, { recursive: true, force: true }));

const open = (folder = dir) => openWeightsStore({ searchDirs: [folder] });
const pinPath = (folder = dir) => join(folder, SMALL_ID, 'model.safetensors.probe.json');
const copyOf = () => {
  const copy = mkdtempSync(join(dir, 'copy-'));
  cpSync(join(dir, SMALL_ID), join(copy, SMALL_ID), { recursive: true });
  return copy;
};

onEveryBackend('the probe of a backbone', (backend) => {
  if (backend === 'cpu') return;
  const layers = ['features.1', 'features.12'];

  it(
    'gives what the backbone gives, and says when there is nothing to compare with',
    leavesNoTensors(async () => {
      const report = await probeWeights(SMALL_ID, { store: open(copyOf()), backend });
      expect(report).to.include({ id: SMALL_ID, backend, ok: null, compared_with: null, pinned: null });
      const { input, taps } = report.probe;
      expect(input).to.deep.equal({ kind: 'hash', size: { height: 64, width: 64 } });
      expect(taps).to.have.length(13);
      const extractor = await createExtractor({ name: 'torch', weights: SMALL_ID, layers }, open());
      const x = tf.tensor4d(probePicture(input), [1, 64, 64, 3]);
      const features = extractor.extract(x);
      for (const [i, layer] of layers.entries()) {
        const tap = taps.find((found) => found.layer === layer)!;
        const values = [...(await features[i].data<'float32'>())];
        expect(tap.shape).to.deep.equal(features[i].shape.slice(1));
        expect(tap.mean).to.be.closeTo(values.reduce((a, b) => a + b, 0) / values.length, 1e-6);
        expect(tap.largest).to.equal(Math.max(...values.map(Math.abs)));
        expect([tap.values[0], tap.values[7]]).to.deep.equal([values[0], values[values.length - 1]]);
      }
      tf.dispose([x, ...features]);
      extractor.dispose();
    }),
  );

  it(
    'passes what was pinned and fails other values, by layer',
    leavesNoTensors(async () => {
      const copy = copyOf();
      const { pinned } = await probeWeights(SMALL_ID, { store: open(copy), backend, pin: true });
      expect(pinned).to.equal(pinPath(copy));
      const same = await probeWeights(SMALL_ID, { store: open(copy), backend });
      expect(same).to.include({ ok: true, compared_with: pinned });
      const pin = JSON.parse(readFileSync(pinPath(copy), 'utf8')) as { probe: Probe };
      pin.probe.taps[3].values[2] += 0.01 * pin.probe.taps[3].largest;
      const elsewhere = join(dir, 'elsewhere.json');
      writeFileSync(elsewhere, JSON.stringify(pin));
      const other = await probeWeights(SMALL_ID, { store: open(copy), backend, against: elsewhere });
      expect(other).to.include({ ok: false, compared_with: elsewhere });
      expect(other.differences.filter(({ ok }) => !ok).map(({ layer }) => layer)).to.deep.equal(['features.3']);
    }),
  );
});

describe('the probe of a backbone', () => {
  const [first, second = first] = backends.filter((backend) => backend !== 'cpu');

  it('compares with the manifest, from one backend to another, in the layers that it names', async () => {
    const { startRuntime } = await import('../../../src/runtime/start.js');
    await startRuntime(first);
    const { probe } = await probeWeights(SMALL_ID, { store: open(copyOf()), backend: first });
    const weights = mkdtempSync(join(dir, 'own-'));
    const id = 'own.entry';
    const entry = await open().entry(SMALL_ID);
    addEntry(weights, { ...entry, id, probe: { ...probe, taps: probe.taps.slice(2, 4) } });
    await importWeights(join(dir, 'file.safetensors'), id, { store: open(weights), dir: weights });
    await startRuntime(second);
    const report = await probeWeights(id, { store: open(weights), backend: second });
    expect(report).to.include({ ok: true, compared_with: 'the manifest' });
    expect(report.differences.map(({ layer }) => layer)).to.deep.equal(['features.2', 'features.3']);
  });

  it('refuses a pin of other weights, or none', async () => {
    const copy = copyOf();
    const failure = (text: string) => {
      writeFileSync(pinPath(copy), text);
      return probeWeights(SMALL_ID, { store: open(copy), backend: first }).then(
        () => expect.fail('no error was raised'),
        (error: Error) => error,
      );
    };
    const probe = { input: { kind: 'hash', size: { height: 64, width: 64 } }, taps: [] };
    const pin = { schema_version: 1, id: 'x', sha256: ['a'.repeat(64)], backend: 'wasm', probe };
    const error = await failure(JSON.stringify(pin));
    expect(error).to.be.instanceOf(WeightsError);
    expect(error.message).to.contain('a'.repeat(64)).and.contain('probe the right file');
    expect((await failure('{')).message).to.contain('not readable JSON');
    expect((await failure('{}')).message).to.contain('schema_version');
  });

  it('differs where a shape, the mean or a value differs, relative to the largest value', () => {
    const tap = { layer: 'a', shape: [1, 1, 2], mean: 1, largest: 10, values: [0, 10] };
    const probe = (change: Partial<typeof tap>): Probe => ({
      input: { kind: 'ramp', size: { height: 2, width: 2 } },
      tolerance: 0.01,
      taps: [{ ...tap, ...change }],
    });
    const compared = (change: Partial<typeof tap>) => compareProbes(probe(change), probe({}))[0];
    expect(compared({ values: [0.09, 10] })).to.deep.equal({ layer: 'a', difference: 0.009, ok: true });
    expect(compared({ values: [0.2, 10] })).to.deep.equal({ layer: 'a', difference: 0.02, ok: false });
    expect(compared({ mean: 1.5 }).ok).to.equal(false);
    expect(compared({ shape: [1, 2, 1] })).to.deep.equal({ layer: 'a', difference: null, ok: false });
    expect(compared({ layer: 'b' }).ok).to.equal(false);
  });

  it('makes its pictures by formulas', () => {
    const size = { height: 2, width: 4 };
    const ramp = [...probePicture({ kind: 'ramp', size })];
    // The last pixel: three quarters of the way to the right, half the way down.
    expect(ramp.slice(-3)).to.deep.equal([191.25, 127.5, 159.375]);
    const noise = probePicture({ kind: 'hash', size: { height: 64, width: 64 } });
    expect(noise.every((v) => Number.isInteger(v) && v >= 0 && v <= 255)).to.equal(true);
    expect(noise.reduce((a, b) => a + b, 0) / noise.length).to.be.closeTo(127.5, 2);
    // murmur3's finaliser of 0x9e3779b9, worked out by hand in another language
    expect(noise[0]).to.equal(146);
  });
});

describeWithShared('the probe of the MobileNetV1 trunk', ['weights', 'mobilenet-v1-trunk'], (path) => {
  onEveryBackend('gives what the manifest says', (backend) => {
    it(
      'in every tap',
      leavesNoTensors(async () => {
        const report = await probeWeights('mobilenet_v1_1.0_trunk', { store: open(join(path, '..')), backend });
        expect(report).to.include({ ok: true, compared_with: 'the manifest' });
        expect(Math.max(...report.differences.map(({ difference }) => difference!))).to.be.below(1e-4);
      }),
    );
  });
});
