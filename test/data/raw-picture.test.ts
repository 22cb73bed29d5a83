import { expect } from 'chai';
import { decodePicture } from '../../src/data/decode.js';
import type { RawPicture } from '../../src/data/raw-picture.js';
import { DataError } from '../../src/errors.js';

const base = { width: 2, height: 1, name: 'camera 1' } as const;
const u8 = (colorOrder: RawPicture['colorOrder'], channels: 1 | 3 | 4, values: number[]): RawPicture => ({
  ...base,
  colorOrder,
  channels,
  bitDepth: 8,
  data: Uint8Array.from(values),
});

async function refusal(raw: RawPicture): Promise<string> {
  const error = await decodePicture(raw).catch((e: unknown) => e);
  expect(error).to.be.instanceOf(DataError);
  return (error as Error).message;
}

describe('decodePicture of pixels in memory', () => {
  it('understands every colour order', async () => {
    const rgb = async (raw: RawPicture) => [...(await decodePicture(raw)).rgb];
    expect(await rgb(u8('rgb', 3, [1, 2, 3, 4, 5, 6]))).to.deep.equal([1, 2, 3, 4, 5, 6]);
    expect(await rgb(u8('bgr', 3, [1, 2, 3, 4, 5, 6]))).to.deep.equal([3, 2, 1, 6, 5, 4]);
    expect(await rgb(u8('gray', 1, [7, 9]))).to.deep.equal([7, 7, 7, 9, 9, 9]);
    expect(await rgb(u8('rgba', 4, [1, 2, 3, 0, 4, 5, 6, 0]))).to.deep.equal([1, 2, 3, 4, 5, 6]);
    expect(await rgb(u8('bgra', 4, [1, 2, 3, 0, 4, 5, 6, 0]))).to.deep.equal([3, 2, 1, 6, 5, 4]);
  });

  it('keeps 16 bits, and takes floats to 16 bits so that 8-bit levels survive', async () => {
    const deep = await decodePicture({
      ...base,
      colorOrder: 'gray',
      channels: 1,
      bitDepth: 16,
      data: Uint16Array.of(40000, 3),
    });
    expect(deep.rgb).to.deep.equal(Uint16Array.of(40000, 40000, 40000, 3, 3, 3));
    for (const level of [0, 1, 127, 254, 255]) {
      const data = Float32Array.of(level / 255, 1);
      const float = await decodePicture({ ...base, colorOrder: 'gray', channels: 1, bitDepth: 32, data });
      expect(float.rgb[0]).to.equal(level * 257);
    }
  });

  it('copies the pixels', async () => {
    const raw = u8('rgb', 3, [1, 2, 3, 4, 5, 6]);
    const picture = await decodePicture(raw);
    raw.data[0] = 99;
    expect(picture.rgb[0]).to.equal(1);
  });

  it('refuses what does not fit, with the name of the picture', async () => {
    const float = (...values: number[]) =>
      refusal({ ...base, colorOrder: 'gray', channels: 1, bitDepth: 32, data: Float32Array.from(values) });
    expect(await float(Number.NaN, 0)).to.equal(
      'camera 1: expected floats from 0 to 1, got NaN; scale the picture first',
    );
    expect(await float(0, 1.01)).to.include('from 0 to 1');
    expect(await float(-Infinity, 0)).to.include('-Infinity');
    expect(await refusal(u8('rgb', 3, [1, 2, 3]))).to.equal(
      'camera 1: 2 x 1 pixels of 3 channels are 6 values, but the data hold 3',
    );
    expect(await refusal(u8('gray', 3, [1, 2, 3, 4, 5, 6]))).to.include('has 1 channels, but 3 are stated');
    expect(await refusal({ ...u8('rgb', 3, []), width: 0 })).to.include('got 0 x 1');
    expect(await refusal({ ...u8('gray', 1, [1, 2]), bitDepth: 16 })).to.include('got a Uint8Array for 16');
    expect(await refusal(u8('grb' as 'rgb', 3, [1, 2, 3, 4, 5, 6]))).to.include('got "grb"');
  });
});
