import { DataError } from '../errors.js';
import { decodeBmp } from './bmp.js';
import { decodeCompressed } from './decode-compressed.js';
import type { DecodeOptions } from './decode-options.js';
import type { Picture } from './picture.js';
import { pictureFormat } from './picture-format.js';
import { takeRawPicture, type RawPicture } from './raw-picture.js';
import { readFileWhole } from './read-whole.js';

export type { RawPicture };

/** A path, the bytes of a picture file, or bare pixels. */
export type PictureInput = string | Uint8Array | RawPicture;

/** The path, the name of a raw picture, or the name that was given to bytes. */
export function pictureName(input: PictureInput, options: DecodeOptions = {}): string {
  if (typeof input === 'string') return input;
  return 'data' in input ? input.name : (options.name ?? 'picture in memory');
}

/**
 * The one decoder: training, calibration, inference and overlays all see what it gives. EXIF orientation is applied,
 * colours become sRGB, alpha is dropped, grey is replicated, 16 bits stay 16 bits, and no pixel is resampled. The format is
 * told by the content, not by the suffix.
 *
 * @throws DataError that names the picture when it is missing, damaged, cut short, over the pixel limit or not a picture
 */
export async function decodePicture(input: PictureInput, options: DecodeOptions = {}): Promise<Picture> {
  if (typeof input !== 'string' && 'data' in input) return takeRawPicture(input);
  const name = pictureName(input, options);
  checkPage(name, options.page);
  const bytes = typeof input === 'string' ? await readFileWhole(input) : input;
  if (bytes.length === 0) throw new DataError(`${name}: the file is empty, but a picture was expected; make it again`);
  const format = pictureFormat(bytes);
  if (format === null) {
    throw new DataError(`${name}: not a picture: its content is none of PNG, JPEG, TIFF, WebP and BMP`);
  }
  if (format === 'bmp') {
    if ((options.page ?? 0) > 0)
      throw new DataError(`${name}: page ${options.page} was asked for, but a BMP has one page`);
    return decodeBmp(bytes, name, options);
  }
  return decodeCompressed(bytes, name, format, options);
}

function checkPage(name: string, page: number | undefined): void {
  if (page === undefined || (Number.isInteger(page) && page >= 0)) return;
  throw new DataError(`${name}: expected a page of 0 or more, got ${page}`);
}
