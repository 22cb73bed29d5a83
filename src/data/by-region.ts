import { open } from 'node:fs/promises';
import type { DecodePool } from './decode-pool/decode-pool.js';
import { decodeToDisk } from './decode-compressed.js';
import type { Picture, PictureSource } from './picture.js';
import { pictureFormat } from './picture-format.js';
import { pictureSize } from './picture-size.js';

/** Pictures of more pixels are not held in memory: 8192 x 8192, 192 MB at 8 bits. */
const MOST_PIXELS = 2 ** 26;
const SIGNATURE_BYTES = 16;

/**
 * The same picture for a consumer that reads it by regions: a file of very many pixels is decoded into a temporary file, and gives a
 * `StoredPicture`. All others are decoded as ever.
 *
 * @param pool decodes the others, where there is one
 */
export function byRegion(source: PictureSource, pool?: DecodePool, mostPixels = MOST_PIXELS): PictureSource {
  return { name: source.name, decode: async () => (await stored(source, mostPixels)) ?? whole(source, pool) };
}

async function whole(source: PictureSource, pool: DecodePool | undefined): Promise<Picture> {
  return pool === undefined ? source.decode() : (await pool.decode(source)).picture;
}

async function stored(source: PictureSource, mostPixels: number): Promise<Picture | null> {
  const { file } = source;
  if (file === undefined) return null;
  const format = await formatOf(file.path);
  // A BMP is not compressed, and its decoder takes it whole.
  if (format === null || format === 'bmp') return null;
  const { height, width } = await pictureSize(source);
  return height * width > mostPixels ? decodeToDisk(file.path, format, file.options) : null;
}

/** null where the decoder has something to say. */
async function formatOf(path: string) {
  const file = await open(path).catch(() => null);
  if (file === null) return null;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(SIGNATURE_BYTES), 0, SIGNATURE_BYTES, 0);
    return pictureFormat(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}
