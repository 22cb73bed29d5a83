import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import sharp from 'sharp';
import { decodePicture, type PictureInput } from '../../src/data/decode.js';
import type { DecodeOptions } from '../../src/data/decode-options.js';
import { DataError } from '../../src/errors.js';
import { bmpBytes, pngBytes, pngHeader, ramp, tiffBytes } from './picture-bytes.js';

const decode = (bytes: Uint8Array, options?: DecodeOptions) => decodePicture(bytes, { name: 'part.any', ...options });

async function refusal(input: PictureInput | Uint8Array, options?: DecodeOptions): Promise<string> {
  try {
    await (input instanceof Uint8Array ? decode(input, options) : decodePicture(input, options));
  } catch (error) {
    expect(error).to.be.instanceOf(DataError);
    expect((error as Error).message).to.not.include('\n');
    return (error as Error).message;
  }
  throw new Error('a picture came back');
}

const grey = (values: readonly number[]) => values.flatMap((v) => [v, v, v]);

describe('decodePicture', () => {
  describe('PNG', () => {
    it('gives the exact samples of 8-bit RGB', async () => {
      const values = ramp(5 * 4 * 3, 37, 256);
      const picture = await decode(pngBytes({ width: 5, height: 4, values }));
      expect(picture).to.include({ width: 5, height: 4, source: 'part.any' });
      expect(picture.rgb.constructor).to.equal(Uint8Array);
      expect([...picture.rgb]).to.deep.equal(values);
    });

    it('keeps every 16-bit RGB value', async () => {
      const values = ramp(256 * 256 * 3, 7919, 65536);
      const picture = await decode(pngBytes({ width: 256, height: 256, values }, { bits: 16 }));
      expect(picture.rgb.constructor).to.equal(Uint16Array);
      expect([...picture.rgb]).to.deep.equal(values);
    });

    it('keeps every one of the 65536 levels of 16-bit grey', async () => {
      const values = ramp(65536, 1, 65536);
      const picture = await decode(pngBytes({ width: 256, height: 256, values }, { bits: 16, colorType: 0 }));
      expect([...picture.rgb]).to.deep.equal(grey(values));
    });

    it('replicates grey, drops alpha without blending, and looks palettes up', async () => {
      const g = await decode(pngBytes({ width: 3, height: 1, values: [0, 100, 255] }, { colorType: 0 }));
      expect([...g.rgb]).to.deep.equal([0, 0, 0, 100, 100, 100, 255, 255, 255]);
      const ga = await decode(pngBytes({ width: 2, height: 1, values: [50, 0, 60, 128] }, { colorType: 4 }));
      expect([...ga.rgb]).to.deep.equal([50, 50, 50, 60, 60, 60]);
      const rgba = await decode(pngBytes({ width: 2, height: 1, values: [9, 8, 7, 0, 1, 2, 3, 90] }, { colorType: 6 }));
      expect([...rgba.rgb]).to.deep.equal([9, 8, 7, 1, 2, 3]);
      const deep = pngBytes({ width: 1, height: 1, values: [999, 20000, 65535, 3] }, { colorType: 6, bits: 16 });
      expect([...(await decode(deep)).rgb]).to.deep.equal([999, 20000, 65535]);
      const palette = [1, 2, 3, 200, 100, 50];
      const p = await decode(pngBytes({ width: 2, height: 1, values: [1, 0] }, { colorType: 3, palette }));
      expect([...p.rgb]).to.deep.equal([200, 100, 50, 1, 2, 3]);
    });

    it('reads a picture of one pixel', async () => {
      const picture = await decode(pngBytes({ width: 1, height: 1, values: [1, 2, 3] }));
      expect([picture.width, picture.height, ...picture.rgb]).to.deep.equal([1, 1, 1, 2, 3]);
    });
  });

  describe('TIFF', () => {
    it('gives the exact samples of 8 and 16 bits, RGB and grey', async () => {
      for (const bits of [8, 16] as const) {
        for (const channels of [1, 3] as const) {
          const values = ramp(7 * 5 * channels, bits === 8 ? 41 : 4099, 2 ** bits);
          const picture = await decode(tiffBytes({ width: 7, height: 5, values }, { bits, channels }));
          expect([...picture.rgb], `${bits} bits, ${channels}`).to.deep.equal(channels === 1 ? grey(values) : values);
          expect(picture.rgb.BYTES_PER_ELEMENT).to.equal(bits / 8);
        }
      }
    });

    it('refuses several pages unless one is asked for', async () => {
      const two = tiffBytes({ width: 2, height: 1, values: ramp(6, 1, 256) }, { pages: 2 });
      expect(await refusal(two)).to.match(/^part\.any: holds 2 pages/);
      expect([...(await decode(two, { page: 1 })).rgb]).to.deep.equal([0, 1, 2, 3, 4, 5]);
      expect(await refusal(two, { page: 2 })).to.include('page 2 was asked for, but the pages are 0 to 1');
      expect(await refusal(two, { page: -1 })).to.include('expected a page of 0 or more');
    });

    it('refuses floats, which have no levels', async () => {
      const message = await refusal(tiffBytes({ width: 1, height: 1, values: [0.5] }, { bits: 32, channels: 1 }));
      expect(message).to.include('1 channels of float');
    });

    it('refuses pixels that are cut short behind a whole directory', async () => {
      const whole = tiffBytes({ width: 40, height: 40, values: ramp(4800, 3, 256) });
      expect(await refusal(whole.subarray(0, whole.length - 2000))).to.match(/^part\.any: the tiff file is damaged/);
    });
  });

  describe('EXIF orientation', () => {
    const width = 3;
    const height = 2;
    const stored = [10, 20, 30, 40, 50, 60];
    const at = (y: number, x: number) => stored[y * width + x];
    // The eight cases of TIFF 6.0, tag 274: what stands at row y, column x of the upright picture.
    const upright: Record<number, (y: number, x: number) => number> = {
      1: (y, x) => at(y, x),
      2: (y, x) => at(y, width - 1 - x),
      3: (y, x) => at(height - 1 - y, width - 1 - x),
      4: (y, x) => at(height - 1 - y, x),
      5: (y, x) => at(x, y),
      6: (y, x) => at(height - 1 - x, y),
      7: (y, x) => at(height - 1 - x, width - 1 - y),
      8: (y, x) => at(x, width - 1 - y),
    };
    for (const [key, expected] of Object.entries(upright)) {
      const orientation = Number(key);
      const turned = orientation >= 5;
      for (const bits of [8, 16] as const) {
        it(`${orientation} makes a TIFF of ${bits} bits upright`, async () => {
          const bytes = tiffBytes({ width, height, values: stored }, { orientation, channels: 1, bits });
          const picture = await decode(bytes);
          expect(picture).to.include(turned ? { width: 2, height: 3 } : { width: 3, height: 2 });
          const values: number[] = [];
          for (let y = 0; y < picture.height; y++) for (let x = 0; x < picture.width; x++) values.push(expected(y, x));
          expect([...picture.rgb]).to.deep.equal(grey(values));
        });
      }
    }

    it('makes a JPEG upright', async () => {
      const flat = Buffer.alloc(32 * 16 * 3);
      for (let y = 0; y < 16; y++) flat.fill(255, (y * 32 + 16) * 3, (y * 32 + 32) * 3);
      const jpeg = await sharp(flat, { raw: { width: 32, height: 16, channels: 3 } })
        .withMetadata({ orientation: 6 })
        .jpeg({ quality: 100 })
        .toBuffer();
      const picture = await decode(jpeg);
      expect(picture).to.include({ width: 16, height: 32 });
      expect(picture.rgb[0]).to.equal(0);
      expect(picture.rgb[31 * 16 * 3]).to.equal(255);
    });
  });

  describe('JPEG, WebP and colour', () => {
    const pixels = Buffer.from(ramp(64 * 48 * 3, 5, 251));
    const source = () => sharp(pixels, { raw: { width: 64, height: 48, channels: 3 } });

    it('reads baseline and progressive JPEG alike', async () => {
      const plain = await decode(await source().jpeg({ quality: 95 }).toBuffer());
      const progressive = await decode(await source().jpeg({ quality: 95, progressive: true }).toBuffer());
      expect(progressive.rgb).to.deep.equal(plain.rgb);
    });

    it('reads lossless WebP exactly and refuses an animation', async () => {
      expect(
        Buffer.from((await decode(await source().webp({ lossless: true }).toBuffer())).rgb).equals(pixels),
      ).to.equal(true);
      const half = (part: number) => ({
        input: pixels.subarray(part * 64 * 24 * 3, (part + 1) * 64 * 24 * 3),
        raw: { width: 64, height: 24, channels: 3 as const },
      });
      const stills = await Promise.all([0, 1].map((part) => sharp(half(part).input, half(part)).png().toBuffer()));
      const frames = await sharp(stills, { join: { animated: true } })
        .webp({ lossless: true })
        .toBuffer();
      expect(await refusal(frames)).to.include('holds 2 pages');
      expect(Buffer.from((await decode(frames, { page: 1 })).rgb).equals(pixels.subarray(64 * 24 * 3))).to.equal(true);
    });

    it('converts CMYK', async () => {
      const solid = (r: number, g: number, b: number) =>
        sharp({ create: { width: 16, height: 16, channels: 3, background: { r, g, b } } })
          .toColourspace('cmyk')
          .jpeg({ quality: 100 })
          .toBuffer();
      const bytes = await solid(200, 40, 40);
      expect((await sharp(bytes).metadata()).space).to.equal('cmyk');
      const { rgb } = await decode(bytes);
      expect(rgb.length).to.equal(16 * 16 * 3);
      expect(rgb[0]).to.be.within(185, 215);
      expect(rgb[1]).to.be.within(15, 65);
      expect(rgb[2]).to.be.within(15, 65);
      expect((await decode(await solid(255, 255, 255))).rgb[0]).to.be.greaterThan(250);
    });

    // IEC 61966-2-1 and SMPTE EG 432-1: linear light, Display P3 to XYZ to sRGB, in one matrix.
    const p3ToSrgb = [
      [1.2249, -0.2247, 0],
      [-0.042, 1.0419, 0],
      [-0.0197, -0.0786, 1.0979],
    ];
    const linear = (v: number) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    const curve = (v: number) => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);
    const asSrgb = (p3: readonly number[], top: number) =>
      p3ToSrgb.map((row) => curve(row.reduce((sum, k, i) => sum + k * linear(p3[i] / top), 0)) * top);

    it('converts an embedded profile to sRGB, with 8 and with 16 bits', async () => {
      for (const top of [255, 65535]) {
        const color = [0.5, 0.42, 0.35].map((v) => Math.round(v * top));
        const data = top === 255 ? Uint8Array.from(color) : Uint16Array.from(color);
        const image = sharp(data, { raw: { width: 1, height: 1, channels: 3 } });
        const space = top === 255 ? 'srgb' : 'rgb16';
        const tagged = await image.toColourspace(space).withIccProfile('p3').png().toBuffer();
        const stored = await sharp(tagged, { ignoreIcc: true })
          .toColourspace(space)
          .raw({ depth: top === 255 ? 'uchar' : 'ushort' })
          .toBuffer();
        const asStored = top === 255 ? [...stored] : [0, 2, 4].map((i) => stored.readUInt16LE(i));
        const got = [...(await decode(tagged)).rgb];
        const want = asSrgb(asStored, top);
        got.forEach((v, i) => expect(v / top, `${top} ${i}`).to.be.closeTo(want[i] / top, 0.006));
        expect(Math.abs(got[0] - asStored[0]) / top, 'the profile matters').to.be.greaterThan(0.008);
      }
    });

    it('leaves pixels alone that are tagged sRGB', async () => {
      const data = Uint16Array.from(ramp(300, 211, 65536));
      const tagged = await sharp(data, { raw: { width: 10, height: 10, channels: 3 } })
        .toColourspace('rgb16')
        .withIccProfile('srgb')
        .png()
        .toBuffer();
      const stored = await sharp(tagged, { ignoreIcc: true })
        .toColourspace('rgb16')
        .raw({ depth: 'ushort' })
        .toBuffer();
      expect([...(await decode(tagged)).rgb]).to.deep.equal(ramp(300, 2, 600).map((i) => stored.readUInt16LE(i)));
    });
  });

  describe('BMP', () => {
    it('reads 24 bits, bottom-up and top-down, with padded rows', async () => {
      const rows = [
        [1, 2, 3, 4, 5, 6],
        [7, 8, 9, 10, 11, 12],
      ];
      const bottomUp = await decode(bmpBytes({ width: 2, height: 2, bits: 24, rows }));
      expect([...bottomUp.rgb]).to.deep.equal([9, 8, 7, 12, 11, 10, 3, 2, 1, 6, 5, 4]);
      const topDown = await decode(bmpBytes({ width: 2, height: 2, bits: 24, rows, topDown: true }));
      expect([...topDown.rgb]).to.deep.equal([3, 2, 1, 6, 5, 4, 9, 8, 7, 12, 11, 10]);
    });

    it('looks colours up in the palette, with 1, 4 and 8 bits', async () => {
      const palette = [30, 20, 10, 0, 60, 50, 40, 0];
      const first = [10, 20, 30];
      const second = [40, 50, 60];
      for (const [bits, row] of [
        [1, [0b10100000]],
        [4, [0x10, 0x10]],
        [8, [1, 0, 1]],
      ] as const) {
        const picture = await decode(bmpBytes({ width: 3, height: 1, bits, rows: [row], palette }));
        expect([...picture.rgb], `${bits} bits`).to.deep.equal([...second, ...first, ...second]);
      }
    });

    it('reads 16 and 32 bits, with and without masks', async () => {
      const five = await decode(bmpBytes({ width: 2, height: 1, bits: 16, rows: [[0x1f, 0x7c, 0x08, 0x21]] }));
      // 0x7c1f is full red and blue; 0x2108 is 8 of 31 in each channel.
      expect([...five.rgb]).to.deep.equal([255, 0, 255, 66, 66, 66]);
      const masks565 = [0xf800, 0x7e0, 0x1f];
      const six = await decode(bmpBytes({ width: 1, height: 1, bits: 16, rows: [[0xe0, 0x07]], masks: masks565 }));
      expect([...six.rgb]).to.deep.equal([0, 255, 0]);
      const plain = await decode(bmpBytes({ width: 1, height: 1, bits: 32, rows: [[1, 2, 3, 99]] }));
      expect([...plain.rgb]).to.deep.equal([3, 2, 1]);
      const masks = [0xff, 0xff00, 0xff000000];
      const swapped = await decode(bmpBytes({ width: 1, height: 1, bits: 32, rows: [[1, 2, 3, 200]], masks }));
      expect([...swapped.rgb]).to.deep.equal([1, 2, 200]);
    });

    it('refuses cut files, compression and colours outside the palette', async () => {
      const rows = [[1, 2, 3]];
      const whole = bmpBytes({ width: 1, height: 1, bits: 24, rows });
      expect(await refusal(whole.subarray(0, whole.length - 1))).to.include('cut short');
      expect(await refusal(whole.subarray(0, 20))).to.include('ends inside its header');
      const packed = Buffer.from(whole);
      packed.writeUInt32LE(1, 30);
      expect(await refusal(packed)).to.include('uses compression 1');
      const odd = bmpBytes({ width: 1, height: 1, bits: 8, rows: [[5]], palette: [0, 0, 0, 0] });
      expect(await refusal(odd)).to.include('colour 5 of a palette of 1');
      const huge = Buffer.from(whole);
      huge.writeInt32LE(30000, 18);
      huge.writeInt32LE(30000, 22);
      expect(await refusal(huge)).to.include('claims 30000 x 30000 pixels');
    });
  });

  describe('what is not a picture', () => {
    let dir = '';
    before(async () => {
      dir = await mkdtemp(join(tmpdir(), 'imgano-decode-'));
    });
    after(() => rm(dir, { recursive: true }));

    it('names a text file that is called .png', async () => {
      const path = join(dir, 'notes.png');
      await writeFile(path, 'these are not the pixels you are looking for');
      expect(await refusal(path)).to.equal(
        `${path}: not a picture: its content is none of PNG, JPEG, TIFF, WebP and BMP`,
      );
    });

    it('names a missing file, a folder and an empty file', async () => {
      expect(await refusal(join(dir, 'none.png'))).to.include(
        'none.png: cannot be read, because there is no such file',
      );
      expect(await refusal(dir)).to.include('it is a folder');
      const empty = join(dir, 'empty.png');
      await writeFile(empty, '');
      expect(await refusal(empty)).to.include('empty.png: the file is empty');
    });

    it('does not draw an SVG that is called .png', async () => {
      expect(await refusal(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="4" height="4"/>'))).to.include(
        'not a picture',
      );
    });

    it('refuses a header that claims 30000 x 30000 pixels before decoding', async () => {
      const bytes = Buffer.from(pngBytes({ width: 1, height: 1, values: [1, 2, 3] }));
      pngHeader(30000, 30000).copy(bytes);
      expect(await refusal(bytes)).to.include('claims 30000 x 30000 pixels, but at most 268435456');
      const small = pngBytes({ width: 4, height: 4, values: ramp(48, 1, 256) });
      expect(await refusal(small, { maxPixels: 15 })).to.include('at most 15');
      expect((await decode(small, { maxPixels: 16 })).width).to.equal(4);
    });

    it('refuses cut and damaged files of every format', async () => {
      const noise = Buffer.from(ramp(64 * 64 * 3, 7919, 251));
      const make = () => sharp(noise, { raw: { width: 64, height: 64, channels: 3 } });
      const files = {
        jpeg: await make().jpeg().toBuffer(),
        progressive: await make().jpeg({ progressive: true }).toBuffer(),
        png: await make().png().toBuffer(),
        tiff: await make().tiff({ compression: 'lzw' }).toBuffer(),
        webp: await make().webp().toBuffer(),
      };
      for (const [name, bytes] of Object.entries(files)) {
        for (const part of [0.2, 0.5, 0.9, 1]) {
          const cut = bytes.subarray(0, Math.floor((bytes.length - 1) * part));
          expect(await refusal(cut, { name: `${name}.bin` }), `${name} ${part}`).to.match(/^\w+\.bin: the \w+ file/);
        }
      }
    });
  });

  it('sees a file that was written again under the same name', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'imgano-decode-'));
    const path = join(dir, 'current.png');
    for (const level of [10, 200]) {
      await writeFile(path, pngBytes({ width: 1, height: 1, values: [level, level, level] }));
      expect((await decodePicture(path)).rgb[0]).to.equal(level);
    }
    await rm(dir, { recursive: true });
  });
});
