import { tmpdir } from 'node:os';
import type { Metadata, OutputInfo, Sharp } from 'sharp';
import { DataError } from '../errors.js';
import { colorProfile } from './color-profile.js';
import type { DecodeOptions } from './decode-options.js';
import type { PictureFormat } from './picture-format.js';
import type { Picture } from './picture.js';
import { checkPixelLimit } from './pixel-limit.js';
import { pngFileIsWhole, pngIsWhole } from './png-is-whole.js';
import { sharp } from './sharp.js';
import { StoredPicture } from './stored-picture.js';

/** Every warning of libjpeg, libpng, libtiff and libwebp is an error; the size is checked here, by the header. */
const strictly = { failOn: 'warning', limitInputPixels: false } as const;

const spaces: Readonly<Record<string, readonly string[]>> = {
  uchar: ['srgb', 'rgb', 'b-w', 'cmyk'],
  ushort: ['rgb16', 'grey16'],
};

/** A picture that is about to be decoded: upright, sRGB, without alpha, 8 or 16 bits. */
interface Decoding {
  readonly image: Sharp;
  readonly deep: boolean;
  /** What to say when it fails on the way. */
  damaged(error: unknown): DataError;
}

/**
 * Decodes PNG, JPEG, TIFF and WebP bytes at full size.
 *
 * @throws DataError for a damaged or cut file, too many pixels, several pages, or samples that are not 8 or 16 bits
 */
export async function decodeCompressed(
  bytes: Uint8Array,
  name: string,
  format: PictureFormat,
  options: DecodeOptions,
): Promise<Picture> {
  const { image, deep, damaged } = await startDecoding(bytes, name, format, options);
  // Without both a colour space and a depth, `raw` halves 16 bits to 8 without a word.
  const raw = image.raw({ depth: deep ? 'ushort' : 'uchar' });
  const { data, info } = await raw.toBuffer({ resolveWithObject: true }).catch((error: unknown) => {
    throw damaged(error);
  });
  checkChannels(info, name);
  const Values = deep ? Uint16Array : Uint8Array;
  const rgb = new Values(data.buffer as ArrayBuffer, data.byteOffset, info.height * info.width * 3);
  return { height: info.height, width: info.width, rgb, source: name };
}

/**
 * The same for a file whose pixels are too many for memory: they go into a temporary file, a few rows at a time.
 *
 * @throws DataError as `decodeCompressed`, or when there is no room for the temporary file
 */
export async function decodeToDisk(
  file: string,
  format: PictureFormat,
  options: DecodeOptions,
): Promise<StoredPicture> {
  const { image, deep, damaged } = await startDecoding(file, file, format, options);
  return StoredPicture.make(file, async (path) => {
    const info = await image.toFile(path).catch((error: unknown) => {
      throw noRoom(error, file) ?? damaged(error);
    });
    checkChannels(info, file);
    return { height: info.height, width: info.width, depth: deep ? 2 : 1 };
  });
}

/** libvips says it in the words of the system. */
function noRoom(error: unknown, file: string): DataError | null {
  if (!/no space left|quota/i.test((error as Error).message)) return null;
  return new DataError(
    `${file}: there is no room in ${tmpdir()} for its pixels, which are too many for memory; name another folder in TMPDIR`,
    { cause: error },
  );
}

async function startDecoding(
  bytes: Uint8Array | string,
  name: string,
  format: PictureFormat,
  options: DecodeOptions,
): Promise<Decoding> {
  const damaged = (error: unknown) => {
    const why = (error as Error).message.split('\n')[0].trim();
    return new DataError(
      `${name}: the ${format} file is damaged, cut short or not understood (${why}); make it again`,
      {
        cause: error,
      },
    );
  };
  const page = options.page ?? 0;
  const headerOf = (page: number) =>
    sharp(bytes, { ...strictly, page })
      .metadata()
      .catch((error: unknown) => {
        throw damaged(error);
      });
  const first = await headerOf(0);
  checkPages(first.pages ?? 1, name, options.page);
  const header = page === 0 ? first : await headerOf(page);
  checkPixelLimit(name, header, options.maxPixels);
  const whole = format !== 'png' || (typeof bytes === 'string' ? await pngFileIsWhole(bytes) : pngIsWhole(bytes));
  if (!whole) throw damaged(new Error('its last chunk is missing'));
  checkSamples(header, name);

  const profile = colorProfile(header.icc);
  let image: Sharp = sharp(bytes, { ...strictly, page, ignoreIcc: profile !== 'other' })
    .autoOrient()
    .removeAlpha();
  const deep = header.depth === 'ushort';
  // A profile takes 16-bit colour to Display P3 inside sharp, and only this call brings it from there to sRGB.
  if (deep && header.space === 'rgb16' && profile === 'other') image = image.withIccProfile('srgb');
  return { image: image.toColourspace(deep ? 'rgb16' : 'srgb'), deep, damaged };
}

function checkChannels({ channels }: OutputInfo, name: string): void {
  if (channels !== 3) throw new Error(`${name}: the decoder gave ${channels} channels where 3 were asked for`);
}

function checkPages(pages: number, name: string, page: number | undefined): void {
  if (page === undefined && pages > 1) {
    throw new DataError(
      `${name}: holds ${pages} pages, but one picture was expected; say which page, or split the file`,
    );
  }
  if (page !== undefined && page >= pages) {
    throw new DataError(`${name}: page ${page} was asked for, but the pages are 0 to ${pages - 1}`);
  }
}

function checkSamples(header: Metadata, name: string): void {
  if (spaces[header.depth]?.includes(header.space) && header.channels <= 5) return;
  throw new DataError(
    `${name}: expected grey, RGB or 8-bit CMYK with 8 or 16 bits a sample, but the file holds ${header.channels} channels ` +
      `of ${header.depth} as ${header.space}; convert it first`,
  );
}
