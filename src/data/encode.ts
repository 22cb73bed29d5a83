import type { Size } from '../config/size.js';
import { ShapeError } from '../errors.js';
import { sharp } from './sharp.js';

/** Pixels to be written: grey, RGB or RGBA, row by row; a `Uint16Array` is written with 16 bits. */
export interface Pixels extends Size {
  readonly channels: 1 | 3 | 4;
  readonly data: Uint8Array | Uint8ClampedArray | Uint16Array;
}

/**
 * The bytes of a PNG file that holds exactly these samples. The same pixels give the same bytes.
 *
 * @throws ShapeError when the length of the data does not fit the size
 */
export async function encodePng({ data, width, height, channels }: Pixels): Promise<Buffer> {
  if (data.length !== width * height * channels) {
    throw new ShapeError(
      `encodePng: ${width} x ${height} pixels of ${channels} channels are ${width * height * channels} values, ` +
        `but the data hold ${data.length}`,
    );
  }
  const deep = data instanceof Uint16Array;
  const space = channels === 1 ? (deep ? 'grey16' : 'b-w') : deep ? 'rgb16' : 'srgb';
  return sharp(data, { raw: { width, height, channels }, limitInputPixels: false })
    .toColourspace(space)
    .png()
    .toBuffer();
}
