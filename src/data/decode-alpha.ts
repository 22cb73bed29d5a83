import { DataError } from '../errors.js';
import type { BinaryMask } from './decode-mask.js';
import { readFileWhole } from './read-whole.js';
import { sharp } from './sharp.js';

/**
 * Where a picture file is opaque: its alpha above the half.
 *
 * @returns null for a file without alpha
 * @throws DataError when it cannot be decoded
 */
export async function decodeAlpha(path: string): Promise<BinaryMask | null> {
  const image = sharp(await readFileWhole(path), { limitInputPixels: false });
  try {
    if ((await image.metadata()).hasAlpha !== true) return null;
    const { data, info } = await image
      .autoOrient()
      .toColourspace('srgb')
      .extractChannel('alpha')
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return { height: info.height, width: info.width, data: Uint8Array.from(data, (level) => (level > 127 ? 1 : 0)) };
  } catch (error) {
    throw new DataError(`${path}: its alpha cannot be read (${(error as Error).message}); save it again`, {
      cause: error,
    });
  }
}
