import { expect } from 'chai';
import { decodePicture } from '../../src/data/decode.js';
import { encodePng } from '../../src/data/encode.js';
import { ShapeError } from '../../src/errors.js';
import { ramp } from './picture-bytes.js';

describe('encodePng', () => {
  for (const channels of [1, 3, 4] as const) {
    for (const bits of [8, 16] as const) {
      it(`writes ${channels} channels of ${bits} bits exactly`, async () => {
        const values = ramp(6 * 5 * channels, bits === 8 ? 37 : 7919, 2 ** bits);
        const data = bits === 8 ? Uint8Array.from(values) : Uint16Array.from(values);
        const bytes = await encodePng({ width: 6, height: 5, channels, data });
        // The header chunk: bit depth, then colour type 0 grey, 2 RGB, 6 RGBA.
        expect([bytes[24], bytes[25]]).to.deep.equal([bits, { 1: 0, 3: 2, 4: 6 }[channels]]);
        const picture = await decodePicture(bytes);
        const pixels = Array.from({ length: 30 }, (_, i) => values.slice(i * channels, (i + 1) * channels));
        expect([...picture.rgb]).to.deep.equal(
          pixels.flatMap((p) => (channels === 1 ? [p[0], p[0], p[0]] : p.slice(0, 3))),
        );
        expect((await encodePng({ width: 6, height: 5, channels, data })).equals(bytes)).to.equal(true);
      });
    }
  }

  it('refuses data of another length', async () => {
    const error = await encodePng({ width: 2, height: 2, channels: 1, data: new Uint8Array(3) }).catch(
      (e: unknown) => e,
    );
    expect(error).to.be.instanceOf(ShapeError);
  });
});
