import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { decodeMap } from '../../src/data/decode-map.js';
import { decodeMask } from '../../src/data/decode-mask.js';
import { encodeNpy } from '../../src/data/npy.js';
import { DataError } from '../../src/errors.js';
import { pngBytes, tiffBytes } from './picture-bytes.js';

async function refusal(promise: Promise<unknown>): Promise<string> {
  const error = await promise.catch((e: unknown) => e);
  expect(error).to.be.instanceOf(DataError);
  expect((error as Error).message).to.not.include('\n');
  return (error as Error).message;
}

describe('decodeMask', () => {
  const mask = (values: number[], width = values.length) =>
    pngBytes({ width, height: values.length / width, values }, { colorType: 0 });

  it('takes grey levels above 127 as foreground', async () => {
    expect(await decodeMask(mask([0, 127, 128, 255]))).to.deep.equal({
      height: 1,
      width: 4,
      data: Uint8Array.of(0, 0, 1, 1),
    });
    const deep = pngBytes({ width: 3, height: 1, values: [0, 127 * 257, 128 * 257] }, { colorType: 0, bits: 16 });
    expect([...(await decodeMask(deep)).data]).to.deep.equal([0, 0, 1]);
    const color = pngBytes({ width: 2, height: 1, values: [255, 0, 0, 0, 255, 0] });
    expect([...(await decodeMask(color)).data]).to.deep.equal([0, 1]);
    expect([...(await decodeMask(mask([0, 0]))).data]).to.deep.equal([0, 0]);
  });

  it('does not take a mask of 0 and 1 for an empty one', async () => {
    expect(await refusal(decodeMask(mask([0, 1]), { name: 'm.png' }))).to.match(
      /^m\.png: .*brightest level is 1; save/,
    );
  });

  it('demands a size, or brings the mask to it by the nearest pixel', async () => {
    const size = { height: 1, width: 4 };
    expect(await refusal(decodeMask(mask([0, 255]), { size, name: 'm.png' }))).to.include(
      'm.png: expected a mask of 4 x 1 pixels, got 2 x 1',
    );
    expect([...(await decodeMask(mask([0, 255]), { size, resize: true })).data]).to.deep.equal([0, 0, 1, 1]);
    const small = await decodeMask(mask([0, 255, 0, 255, 0, 0], 3), { size: { height: 1, width: 1 }, resize: true });
    expect([...small.data], 'the centre of 2 x 3 falls on row 1, column 1').to.deep.equal([0]);
  });
});

describe('decodeMap', () => {
  let dir = '';
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'imgano-map-'));
  });
  after(() => rm(dir, { recursive: true }));
  const read = async (name: string, bytes: Uint8Array) => {
    await writeFile(join(dir, name), bytes);
    return decodeMap(join(dir, name));
  };

  it('keeps the values of .npy arrays and float TIFFs', async () => {
    const data = Float32Array.of(0.1, -3, 1e20, 0, 5, 6);
    const expected = { height: 2, width: 3, data };
    expect(await read('a.npy', encodeNpy([2, 3], data))).to.deep.equal(expected);
    expect(await read('b.npy', encodeNpy([2, 3], Float64Array.from(data)))).to.deep.equal(expected);
    const tiff = tiffBytes({ width: 3, height: 2, values: [...data] }, { bits: 32, channels: 1 });
    expect(await read('a.tif', tiff)).to.deep.equal(expected);
  });

  it('brings 8 and 16 bits to 0..1', async () => {
    const levels = [0, 1, 100, 255];
    const eight = await read('a.png', pngBytes({ width: 4, height: 1, values: levels }, { colorType: 0 }));
    expect(eight.data).to.deep.equal(Float32Array.from(levels, (v) => v / 255));
    const deep = [0, 1, 40000, 65535];
    const want = Float32Array.from(deep, (v) => v / 65535);
    const png = await read('b.png', pngBytes({ width: 4, height: 1, values: deep }, { colorType: 0, bits: 16 }));
    expect(png.data).to.deep.equal(want);
    const tiff = await read('b.tif', tiffBytes({ width: 4, height: 1, values: deep }, { bits: 16, channels: 1 }));
    expect(tiff.data).to.deep.equal(want);
  });

  it('refuses NaN, colours and other shapes', async () => {
    const nan = encodeNpy([2, 2], Float32Array.of(0, 1, NaN, 2));
    expect(await refusal(read('n.npy', nan))).to.include(
      'n.npy: expected a map of finite numbers, got NaN at row 1, column 0',
    );
    expect(await refusal(read('s.npy', encodeNpy([4], new Float32Array(4))))).to.include('got shape (4)');
    expect(await refusal(read('u.npy', encodeNpy([2, 2], new Uint8Array(4))))).to.include('Uint8Array');
    const color = pngBytes({ width: 1, height: 1, values: [1, 2, 3] });
    expect(await refusal(read('c.png', color))).to.include('one grey plane, got colours');
    const rgb = tiffBytes({ width: 1, height: 1, values: [0.1, 0.2, 0.3] }, { bits: 32, channels: 3 });
    expect(await refusal(read('c.tif', rgb))).to.include('got 3 channels');
    expect(await refusal(decodeMap(join(dir, 'none.npy')))).to.include('there is no such file');
  });
});
