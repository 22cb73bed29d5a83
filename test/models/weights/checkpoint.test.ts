import { expect } from 'chai';
import fc from 'fast-check';
import { WeightsError } from '../../../src/errors.js';
import { readCheckpoint, type Checkpoint } from '../../../src/models/weights/checkpoint.js';
import { fuzzRuns } from '../../support/fuzz-runs.js';

/** A safetensors file written by hand. */
function fileOf(tensors: Record<string, [dtype: string, shape: number[], values: ArrayBufferView]>): Buffer {
  const header: Record<string, unknown> = {};
  const parts: Buffer[] = [];
  let at = 0;
  for (const [name, [dtype, shape, values]] of Object.entries(tensors)) {
    const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
    header[name] = { dtype, shape, data_offsets: [at, at + bytes.length] };
    at += bytes.length;
    parts.push(bytes);
  }
  return framed(Buffer.from(JSON.stringify(header)), Buffer.concat(parts));
}

function framed(header: Buffer, values: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return Buffer.concat([length, header, values]);
}

function read(bytes: Buffer, path = 'x.safetensors'): Promise<Checkpoint> {
  return readCheckpoint({ path, read: async () => new Uint8Array(bytes) });
}

async function failure(bytes: Buffer, path?: string): Promise<Error> {
  return read(bytes, path).then(
    () => expect.fail('no error was raised'),
    (error: Error) => error,
  );
}

describe('checkpoints', () => {
  it('give every type as float32', async () => {
    const { tensors } = await read(
      fileOf({
        odd: ['I64', [1], BigInt64Array.of(-3n)],
        f32: ['F32', [2, 1], Float32Array.of(1.5, -Infinity)],
        // 1, -2, the largest, the smallest normal and subnormal half, both infinities, zero below
        f16: ['F16', [8], Uint16Array.of(0x3c00, 0xc000, 0x7bff, 0x0400, 0x0001, 0x7c00, 0xfc00, 0x8000)],
        bf16: ['BF16', [3], Uint16Array.of(0x3f80, 0xc049, 0x0001)],
        f64: ['F64', [1], Float64Array.of(0.1)],
        i32: ['I32', [], Int32Array.of(7)],
      }),
    );
    const values = (name: string) => [...tensors.get(name)!.values()];
    expect(values('odd')).to.deep.equal([-3]);
    expect(values('f32')).to.deep.equal([1.5, -Infinity]);
    expect(values('f16')).to.deep.equal([1, -2, 65504, 2 ** -14, 2 ** -24, Infinity, -Infinity, -0]);
    expect(values('bf16')).to.deep.equal([1, -3.140625, 2 ** -133]);
    expect(values('f64')).to.deep.equal([Math.fround(0.1)]);
    expect(values('i32')).to.deep.equal([7]);
    expect(tensors.get('f32')!.shape).to.deep.equal([2, 1]);
  });

  it('know every half: sign, exponent and fraction, and NaN', async () => {
    const bits = Uint16Array.from({ length: 0x10000 }, (_, i) => i);
    const values = (await read(fileOf({ h: ['F16', [0x10000], bits] }))).tensors.get('h')!.values();
    values.forEach((value, i) => {
      // The exponent of a float32 is 112 larger; multiplication by a power of two is exact, and makes subnormals normal.
      const [exponent, fraction] = [(i >> 10) & 31, i & 1023];
      const wide =
        new Float32Array(Uint32Array.of(((i & 0x8000) << 16) | (exponent << 23) | (fraction << 13)).buffer)[0] *
        2 ** 112;
      if (exponent === 31) expect(Number.isFinite(value)).to.equal(false);
      else if (!Object.is(value, wide)) expect.fail(`half ${i.toString(16)}: ${value}, expected ${wide}`);
    });
  });

  it('refuse a pickle with the line that converts it, zipped or not', async () => {
    for (const start of [
      [0x50, 0x4b, 3, 4],
      [0x80, 2, 0x7d],
    ]) {
      const error = await failure(Buffer.concat([Buffer.from(start), Buffer.alloc(100)]));
      expect(error).to.be.instanceOf(WeightsError);
      expect(error.message).to.match(/^x\.safetensors: this is a pickle.*convert it once with: python -c ".*save_file/);
    }
    // A header of 0x280 bytes begins as a pickle does.
    const header = Buffer.from('{}'.padEnd(0x280));
    expect((await read(framed(header, Buffer.alloc(0)))).tensors.size).to.equal(0);
  });

  it('refuse by its name what may be a pickle and is nothing that is read', async () => {
    for (const name of ['old.pth', 'cut.pt', 'x.ckpt', 'x.PKL', 'pytorch_model.bin']) {
      for (const bytes of [Buffer.from('junk\n'), Buffer.alloc(0), Buffer.from('(dp0\nS"a"\n.')]) {
        const error = await failure(bytes, name);
        expect(error).to.be.instanceOf(WeightsError);
        expect(error.message).to.contain(`${name}: this is a pickle`).and.contain('convert it once with: python -c');
      }
    }
    // what it is decides, where it is one that is read
    const named = await read(fileOf({ a: ['F32', [1], Float32Array.of(1)] }), 'x.pth');
    expect(named.tensors.size).to.equal(1);
  });

  it('refuse a type that is not read', async () => {
    const error = await failure(fileOf({ a: ['I8', [1], Int8Array.of(1)] }));
    expect(error).to.be.instanceOf(WeightsError);
    expect(error.message).to.contain('"I8"');
  });

  it('believe no length that the file does not have', async () => {
    for (const length of [2n ** 53n, 2n ** 63n, 2n ** 64n - 1n, 99_999_999n]) {
      const bytes = Buffer.alloc(40);
      bytes.writeBigUInt64LE(length);
      const before = process.memoryUsage().arrayBuffers;
      expect((await failure(bytes)).message).to.match(/the header claims \d+ bytes/);
      expect(process.memoryUsage().arrayBuffers - before).to.be.below(2 ** 20);
    }
    const huge = { a: { dtype: 'F32', shape: [2 ** 30, 2 ** 30], data_offsets: [0, 4] } };
    expect((await failure(framed(Buffer.from(JSON.stringify(huge)), Buffer.alloc(4)))).message).to.contain('needs');
  });

  it(`end with one sentence whatever the file is (${fuzzRuns} files)`, async () => {
    const good = fileOf({ a: ['F32', [3], Float32Array.of(1, 2, 3)], b: ['F16', [2, 2], Uint16Array.of(1, 2, 3, 4)] });
    const described = fc.record(
      {
        dtype: fc.oneof(fc.constantFrom('F32', 'F16', 'BF16', 'F64', 'I64', 'U8'), fc.anything()),
        shape: fc.oneof(fc.array(fc.integer({ min: -2, max: 2 ** 40 }), { maxLength: 9 }), fc.anything()),
        data_offsets: fc.oneof(
          fc.tuple(fc.integer({ min: -4, max: 40 }), fc.integer({ min: -4, max: 2 ** 50 })),
          fc.anything(),
        ),
      },
      { requiredKeys: [] },
    );
    const header = fc.dictionary(
      fc.oneof(fc.constant('__metadata__'), fc.string()),
      fc.oneof(described, fc.anything()),
      { maxKeys: 4 },
    );
    const json = header.map((value) => framed(Buffer.from(JSON.stringify(value) ?? 'null'), Buffer.alloc(16)));
    const long = fc
      .tuple(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), fc.uint8Array({ maxLength: 40 }))
      .map(([length, rest]) => {
        const start = Buffer.alloc(8);
        start.writeBigUInt64LE(length);
        return Buffer.concat([start, rest]);
      });
    const noise = fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes));
    const bitten = fc
      .tuple(fc.nat(good.length - 1), fc.integer({ min: 0, max: 255 }), fc.nat(good.length))
      .map(([at, byte, end]) => {
        const copy = Buffer.from(good);
        copy[at] = byte;
        return copy.subarray(0, Math.max(end, 1));
      });
    await fc.assert(
      fc.asyncProperty(fc.oneof(json, long, noise, bitten), async (bytes) => {
        const found = await read(bytes).catch((error: unknown) => error);
        if (found instanceof Error) {
          expect(found).to.be.instanceOf(WeightsError);
          expect(found.message).not.to.match(/[\n\r]/);
          expect(found.message.length).to.be.below(1000);
          return;
        }
        for (const tensor of (found as Checkpoint).tensors.values()) {
          expect(tensor.values().length).to.equal(tensor.shape.reduce((a, b) => a * b, 1));
        }
      }),
      { numRuns: fuzzRuns },
    );
  });
});
