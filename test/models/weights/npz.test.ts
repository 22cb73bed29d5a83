import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { strToU8, zipSync } from 'fflate';
import { WeightsError } from '../../../src/errors.js';
import { readCheckpoint, type Checkpoint } from '../../../src/models/weights/checkpoint.js';
import { fuzzRuns } from '../../support/fuzz-runs.js';

const golden = join(import.meta.dirname, '../../golden/weights');
const stored = new Uint8Array(readFileSync(join(golden, 'stored.npz')));
const deflated = new Uint8Array(readFileSync(join(golden, 'deflated.npz')));

const read = (bytes: Uint8Array<ArrayBuffer>, path = 'x.npz') =>
  readCheckpoint({ path, read: () => Promise.resolve(bytes) });
const failure = (bytes: Uint8Array<ArrayBuffer>, path?: string) =>
  read(bytes, path).then(
    () => expect.fail('no error was raised'),
    (error: unknown) => error as Error,
  );

/** A `.npy` file with any header and any values. */
function npy(header: string, values: number): Uint8Array {
  const bytes = new Uint8Array(10 + header.length + values);
  bytes.set([0x93, ...strToU8('NUMPY'), 1, 0, header.length & 255, header.length >> 8]);
  bytes.set(strToU8(header), 10);
  return bytes;
}
const dict = (descr: string, shape: string, fortran = 'False') =>
  `{'descr': '${descr}', 'fortran_order': ${fortran}, 'shape': ${shape}, }`;
const zip = (files: Record<string, Uint8Array>, level: 0 | 6 = 6) => new Uint8Array(zipSync(files, { level }));

describe('checkpoints as .npz', () => {
  for (const [title, bytes] of [
    ['numpy.savez', stored],
    ['numpy.savez_compressed', deflated],
  ] as const) {
    it(`of ${title} give every type as float32, and both orders of indices`, async () => {
      const { tensors, format } = await read(bytes);
      expect(format).to.equal('npz');
      const found = [...tensors.values()].map(({ name, shape, values }) => [name, shape, [...values()]]);
      expect(found).to.have.deep.members([
        ['f32', [2, 3], [0, 0.25, 0.5, 0.75, 1, 1.25]],
        ['f16', [3], [1.5, -2, 65504]],
        ['f64', [], [Math.fround(0.1)]],
        ['i64', [1], [-3]],
        ['i32', [1, 1], [7]],
        ['layer1.0.conv1.weight', [2, 3, 4], Array.from({ length: 24 }, (_, i) => i)],
      ]);
    });
  }

  it('tell a pickle, another archive and objects apart, and never open them', async () => {
    const array = npy(dict('<f4', '()'), 4);
    const pth = await failure(zip({ 'archive/data.pkl': strToU8('x'), 'archive/data/0': array }), 'x.pth');
    expect(pth).to.be.instanceOf(WeightsError);
    expect(pth.message).to.contain('this is a pickle').and.contain('convert it once with: python -c');
    expect((await failure(zip({ 'config.json': strToU8('{}'), 'a.npy': array }))).message).to.contain('"config.json"');
    expect((await failure(zip({ 'a.npy': npy(dict('|O', '(1,)'), 4) }))).message).to.contain('never opened');
    expect((await failure(zip({ 'a.npy': npy(dict('>f4', '(1,)'), 4) }))).message).to.contain('got ">f4"');
    expect((await failure(zip({ 'a.npy': npy(dict('<f4', '(2,)'), 4) }))).message).to.contain(
      'needs 8 bytes, but has 4',
    );
    expect((await failure(stored.slice(0, -30))).message).to.contain('no .npz file');
  });

  it('are not unpacked where they claim more than they can hold', async () => {
    // A megabyte of zeros packs to about a kilobyte; the directory at the end says how much it was.
    const bomb = zip({ 'a.npy': npy(dict('<f4', '(250000,)'), 1_000_000) });
    expect([...(await read(bomb)).tensors.keys()]).to.deep.equal(['a']);
    const view = new DataView(bomb.buffer);
    const directory = view.getUint32(bomb.length - 22 + 16, true);
    view.setUint32(directory + 24, 0xfffffff0, true);
    const before = process.memoryUsage().arrayBuffers;
    expect((await failure(bomb)).message).to.contain('not possible');
    expect(process.memoryUsage().arrayBuffers - before).to.be.below(2 ** 26);
    const shape = zip({ 'a.npy': npy(dict('<f4', '(9007199254740991, 9007199254740991)'), 4) });
    expect((await failure(shape)).message).to.contain('no array has the shape');
  });

  it('name an array that is there twice', async () => {
    const twice = zip({ 'a.npy': npy(dict('<f4', '()'), 4), 'b.npy': npy(dict('<f4', '()'), 4) });
    const text = Buffer.from(twice).toString('latin1').replaceAll('b.npy', 'a.npy');
    expect((await failure(new Uint8Array(Buffer.from(text, 'latin1')))).message).to.contain('"a.npy" twice');
  });

  it(`end with one sentence whatever the file is (${fuzzRuns} files)`, async () => {
    const bitten = fc
      .tuple(
        fc.constantFrom(stored, deflated),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 4 }),
        fc.option(fc.nat(), { freq: 4 }),
      )
      .map(([good, bites, end]) => {
        const copy = good.slice();
        // half of them in the directory at the end, which is what is believed
        for (const [at, byte] of bites) copy[copy.length - 1 - (at % (at % 2 === 0 ? 500 : copy.length))] = byte;
        return end === null ? copy : copy.slice(0, 4 + (end % copy.length));
      });
    const header = fc.oneof(
      fc.string(),
      fc
        .tuple(
          fc.constantFrom('<f4', '<f2', '|O', '<c8', '|V2'),
          fc.array(fc.integer({ min: -1, max: 2 ** 53 - 1 }), { maxLength: 40 }),
        )
        .map(([descr, shape]) => dict(descr, `(${shape.join(', ')},)`)),
    );
    const packed = fc
      .tuple(fc.string(), header, fc.nat(20))
      .map(([name, text, values]) => zip({ [`${name}.npy`]: npy(text, values) }, 0));
    const noise = fc.uint8Array({ maxLength: 80 }).map((bytes) => Uint8Array.from([0x50, 0x4b, ...bytes]));
    await fc.assert(
      fc.asyncProperty(fc.oneof({ weight: 4, arbitrary: bitten }, packed, noise), async (bytes) => {
        const found = await read(bytes).catch((error: unknown) => error);
        if (found instanceof Error) {
          expect(found).to.be.instanceOf(WeightsError);
          expect(found.message).not.to.contain('\n');
          return;
        }
        for (const { values, shape } of (found as Checkpoint).tensors.values()) {
          expect(values().length).to.equal(shape.reduce((a, b) => a * b, 1));
        }
      }),
      { numRuns: fuzzRuns },
    );
  });
});
