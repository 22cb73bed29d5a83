import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { DataError, WeightsError } from '../../src/errors.js';
import { loadTensors, saveTensors } from '../../src/models/tensor-file.js';

/** A safetensors file written by hand: any header, any bytes. */
function rawFile(header: string, values = Buffer.alloc(0)): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(Buffer.byteLength(header)));
  return Buffer.concat([length, Buffer.from(header), values]);
}

async function failure(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail('no error was raised'),
    (error: Error) => error,
  );
}

describe('tensor files', () => {
  let dir = '';
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'imgano-tensors-'))));
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  const tensors = {
    bank: { shape: [2, 3], data: Float32Array.of(1, -2.5, 3e-38, 4, 5, Infinity) },
    'grid "é"': { shape: [], data: Int32Array.of(-7) },
    empty: { shape: [0, 4], data: new Float32Array(0) },
  };

  it('gives back what was saved, and leaves no temporary file', async () => {
    const path = join(dir, 'a.safetensors');
    await saveTensors(path, tensors);
    const loaded = await loadTensors(path);
    expect(Object.keys(loaded).sort()).to.deep.equal(Object.keys(tensors).sort());
    for (const [name, { shape, data }] of Object.entries(tensors)) {
      expect(loaded[name].shape).to.deep.equal(shape);
      expect(loaded[name].data).to.deep.equal(data);
    }
    expect(readdirSync(dir)).to.deep.equal(['a.safetensors']);
  });

  it('writes the same bytes whatever the order of the names, with aligned values', async () => {
    await saveTensors(join(dir, 'a'), tensors);
    await saveTensors(join(dir, 'b'), { empty: tensors.empty, 'grid "é"': tensors['grid "é"'], bank: tensors.bank });
    const bytes = readFileSync(join(dir, 'a'));
    expect(readFileSync(join(dir, 'b'))).to.deep.equal(bytes);
    expect(Number(bytes.readBigUInt64LE(0)) % 8).to.equal(0);
  });

  it('reads a file that another program wrote', async () => {
    const values = Buffer.from(Float32Array.of(1, 2).buffer);
    writeFileSync(join(dir, 'x'), rawFile('{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}  ', values));
    expect((await loadTensors(join(dir, 'x'))).w.data).to.deep.equal(Float32Array.of(1, 2));
  });

  it('notices every truncation and every altered value', async () => {
    const path = join(dir, 'a');
    await saveTensors(path, tensors);
    const whole = readFileSync(path);
    for (let length = 0; length < whole.length; length += 3) {
      writeFileSync(path, whole.subarray(0, length));
      expect(await failure(loadTensors(path))).to.be.instanceOf(WeightsError);
    }
    const altered = Buffer.from(whole);
    altered[altered.length - 1] ^= 1;
    writeFileSync(path, altered);
    expect((await failure(loadTensors(path))).message)
      .to.contain('altered')
      .and.contain('sha256');
    writeFileSync(path, Buffer.concat([whole, Buffer.alloc(4)]));
    expect(await failure(loadTensors(path))).to.be.instanceOf(WeightsError);
  });

  const one = (shape: string, offsets: string, dtype = 'F32') =>
    `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
  const bad: [string, string, RegExp][] = [
    ['is not JSON', '{"a":', /not a JSON object/],
    ['is a list', '[1,2,3]', /not a JSON object/],
    ['names a tensor twice', `{"a":${one('[1]', '[0,4]')},"a":${one('[1]', '[4,8]')}}`, /names "a" twice/],
    ['hides a twin behind an escape', `{"a":${one('[1]', '[0,4]')},"\\u0061":${one('[1]', '[4,8]')}}`, /twice/],
    ['overlaps', `{"a":${one('[1]', '[0,4]')},"b":${one('[1]', '[0,4]')}}`, /begins at byte 0 where 4/],
    ['leaves a gap', `{"a":${one('[1]', '[4,8]')}}`, /begins at byte 4 where 0/],
    ['points outside', `{"a":${one('[2]', '[4,12]')}}`, /begins at byte 4|describes/],
    ['has a wrong shape', `{"a":${one('[3]', '[0,8]')}}`, /needs 12 bytes, but has 8/],
    ['has a negative side', `{"a":${one('[-2]', '[0,8]')}}`, /no valid shape/],
    ['has a huge shape', `{"a":${one('[4294967296,4294967296]', '[0,8]')}}`, /needs/],
    ['has another type', `{"a":${one('[2]', '[0,8]', 'F64')}}`, /type "F64"/],
    ['has no description', '{"a":3}', /not described/],
    ['has a wrong metadata', `{"__metadata__":{"n":1},"a":${one('[2]', '[0,8]')}}`, /object of strings/],
  ];
  for (const [what, header, message] of bad) {
    it(`refuses a header that ${what}`, async () => {
      writeFileSync(join(dir, 'x'), rawFile(header, Buffer.alloc(8)));
      const error = await failure(loadTensors(join(dir, 'x')));
      expect(error).to.be.instanceOf(WeightsError);
      expect(error.message).to.match(message);
    });
  }

  it('refuses a claimed header of terabytes before it allocates', async () => {
    const length = Buffer.alloc(16);
    length.writeBigUInt64LE(2n ** 62n);
    writeFileSync(join(dir, 'x'), length);
    expect((await failure(loadTensors(join(dir, 'x')))).message).to.contain('more than the limit');
  });

  it('says in one sentence what is missing, and what cannot be written', async () => {
    expect(await failure(loadTensors(join(dir, 'none')))).to.be.instanceOf(WeightsError);
    expect(await failure(saveTensors(join(dir, 'no', 'such'), tensors))).to.be.instanceOf(DataError);
    expect(
      await failure(saveTensors(join(dir, 'x'), { a: { shape: [3], data: new Float32Array(2) } })),
    ).to.be.instanceOf(WeightsError);
  });
});
