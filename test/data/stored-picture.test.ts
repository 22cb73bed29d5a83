import { expect } from 'chai';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { byRegion } from '../../src/data/by-region.js';
import { pictureSize } from '../../src/data/picture-size.js';
import { pictureSource } from '../../src/data/picture-source.js';
import { pixelRows } from '../../src/data/pixel-rows.js';
import { readSquare } from '../../src/data/read-square.js';
import { closePicture, heldBytes, StoredPicture } from '../../src/data/stored-picture.js';
import { DataError } from '../../src/errors.js';
import { pixelHash } from '../../src/inference/pixel-hash.js';
import { scratch } from '../support/toy-run.js';

const width = 61;
const height = 40;
const noise = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 2654435761) >>> 24);
const picture = () => sharp(noise, { raw: { width, height, channels: 3 } });
const deep = Uint16Array.from({ length: width * height * 3 }, (_, i) => (i * 2654435761) >>> 16);

describe('pictures that are read by regions', () => {
  const dir = scratch();
  const file = (name: string) => join(dir, name);
  const left = () => readdirSync(tmpdir()).filter((name) => name.startsWith('imgano-') && name.endsWith('.v'));
  const read = (name: string) => byRegion(pictureSource(file(name)), undefined, 100).decode() as Promise<StoredPicture>;

  before(async () => {
    await picture().png().toFile(file('rgb.png'));
    await picture().jpeg().toFile(file('rgb.jpg'));
    await picture().jpeg().withMetadata({ orientation: 6 }).toFile(file('turned.jpg'));
    await picture().tiff({ tile: true, tileWidth: 16, tileHeight: 16 }).toFile(file('tiled.tif'));
    await picture().webp({ lossless: true }).toFile(file('rgb.webp'));
    await picture().ensureAlpha(0.5).png().toFile(file('alpha.png'));
    await picture().grayscale().png().toFile(file('gray.png'));
    const sixteen = sharp(deep, { raw: { width, height, channels: 3 } }).toColourspace('rgb16');
    await sixteen.clone().png().toFile(file('deep.png'));
    await sixteen.clone().toColourspace('grey16').png().toFile(file('deep-gray.png'));
  });

  for (const name of [
    ...['rgb.png', 'rgb.jpg', 'turned.jpg', 'tiled.tif', 'rgb.webp'],
    ...['alpha.png', 'gray.png', 'deep.png', 'deep-gray.png'],
  ]) {
    it(`${name}: the same pixels as decoded whole`, async () => {
      const whole = await pictureSource(file(name)).decode();
      const before = left();
      const stored = await read(name);
      expect(left(), 'the file has no name').to.deep.equal(before);
      expect(stored).to.be.instanceOf(StoredPicture);
      expect(heldBytes(stored)).to.equal(0);
      const { height, width, source } = whole;
      expect({ height: stored.height, width: stored.width, source: stored.source }).to.deep.equal({
        ...{ height, width, source },
      });
      expect(await pictureSize(pictureSource(file(name)))).to.deep.equal({ height, width });
      expect(stored.rgb).to.deep.equal(whole.rgb);
      expect(pixelRows(stored, 7, 5)).to.deep.equal(pixelRows(whole, 7, 5));
      expect(pixelRows(stored, 8, 2)).to.deep.equal(pixelRows(whole, 8, 2));
      expect(pixelHash(stored)).to.equal(pixelHash(whole));
      for (const at of [
        { top: 0, left: 0, side: 16 },
        { top: 20, left: 30, side: 33 },
        { top: 10, left: 3, side: 90 },
      ]) {
        expect(readSquare(stored, at)).to.deep.equal(readSquare(whole, at));
      }
      closePicture(stored);
      closePicture(stored);
      expect(() => stored.rgb).to.throw(DataError, /cannot be read/);
    });
  }

  it('small ones, and those in memory, are decoded as ever', async () => {
    const whole = await pictureSource(file('rgb.png')).decode();
    expect(await byRegion(pictureSource(file('rgb.png'))).decode()).to.deep.equal(whole);
    const inMemory = { name: 'memory', decode: async () => whole };
    expect(await byRegion(inMemory, undefined, 1).decode()).to.equal(whole);
    expect(heldBytes(whole)).to.equal(width * height * 3);
  });

  it('damaged ones are refused in the words of the decoder, and leave nothing behind', async () => {
    const before = left();
    const bytes = readFileSync(file('rgb.png'));
    writeFileSync(file('cut.png'), bytes.subarray(0, bytes.length - 30));
    writeFileSync(file('text.png'), 'no picture');
    writeFileSync(file('empty.png'), '');
    for (const name of ['cut.png', 'text.png', 'empty.png', 'absent.png']) {
      const said = (error: unknown) => String(error);
      const whole = await pictureSource(file(name)).decode().catch(said);
      expect(await read(name).catch(said)).to.equal(whole);
      expect(whole).to.match(/^DataError/);
    }
    expect(left()).to.deep.equal(before);
  });

  it('the pixel limit holds', async () => {
    const limited = byRegion(pictureSource(file('rgb.png'), { maxPixels: 200 }), undefined, 100);
    expect(await limited.decode().catch(String)).to.match(/at most 200 are allowed/);
  });
});
