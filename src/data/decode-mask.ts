import type { Size } from '../config/size.js';
import { DataError } from '../errors.js';
import { decodePicture, pictureName, type PictureInput } from './decode.js';
import { decodeMaskArray } from './decode-mask-array.js';
import type { DecodeOptions } from './decode-options.js';
import type { Picture } from './picture.js';
import { readFileWhole } from './read-whole.js';

/** A ground truth or a region of interest: 1 is the foreground. */
export interface BinaryMask extends Size {
  readonly data: Uint8Array;
}

export interface MaskOptions extends DecodeOptions {
  /** The size that the mask must have. */
  readonly size?: Size;
  /** Brings a mask of another size to `size` by the nearest pixel; otherwise another size is an error. */
  readonly resize?: boolean;
}

/**
 * Decodes a mask. Of a picture, foreground is where the grey level (ITU-R 601 luma, 0..255) is above 127; `.npy`, `.npz`, COCO
 * run lengths and polygons are read by `decodeMaskArray`.
 *
 * @throws DataError when it cannot be decoded, has another size, or marks its foreground with levels too low to be seen, which
 * would pass for an empty mask
 */
export async function decodeMask(input: PictureInput, options: MaskOptions = {}): Promise<BinaryMask> {
  const name = pictureName(input, options);
  const bytes = typeof input === 'string' ? await readFileWhole(input) : input;
  const array =
    bytes instanceof Uint8Array
      ? decodeMaskArray(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), name)
      : null;
  const mask = array ?? binarize(await decodePicture(bytes, { ...options, name }), name);
  const { size } = options;
  if (size === undefined || (size.height === mask.height && size.width === mask.width)) return mask;
  if (options.resize !== true) {
    throw new DataError(
      `${name}: expected a mask of ${size.width} x ${size.height} pixels, got ${mask.width} x ${mask.height}; ` +
        `save it at the size of its picture`,
    );
  }
  return nearest(mask, size);
}

function binarize({ rgb, height, width }: Picture, name: string): BinaryMask {
  const unit = rgb instanceof Uint16Array ? 257 : 1;
  const data = new Uint8Array(height * width);
  let brightest = 0;
  for (let i = 0, p = 0; i < data.length; i++, p += 3) {
    const level = (0.299 * rgb[p] + 0.587 * rgb[p + 1] + 0.114 * rgb[p + 2]) / unit;
    if (level > brightest) brightest = level;
    if (level > 127) data[i] = 1;
  }
  if (brightest > 0 && brightest <= 127) {
    throw new DataError(
      `${name}: expected a mask with a foreground above level 127, but its brightest level is ${Math.round(brightest)}; ` +
        `save it with 0 and 255`,
    );
  }
  return { height, width, data };
}

/** Pixel centres are half a pixel in, as everywhere in the package. */
function nearest(mask: BinaryMask, { height, width }: Size): BinaryMask {
  const data = new Uint8Array(height * width);
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * mask.height) / height) * mask.width;
    for (let x = 0; x < width; x++) {
      data[y * width + x] = mask.data[row + Math.floor(((x + 0.5) * mask.width) / width)];
    }
  }
  return { height, width, data };
}
