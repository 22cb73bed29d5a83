import type { Size } from '../config/size.js';
import type { PictureSource } from './picture.js';
import { sharp } from './sharp.js';

/** The size of an upright picture, by the header of its file where that tells it; what is not such a file is decoded. */
export async function pictureSize(source: PictureSource): Promise<Size> {
  const header = source.file === undefined ? null : await headerOf(source.file.path, source.file.options.page);
  if (header === null) {
    const { height, width } = await source.decode();
    return { height, width };
  }
  return header;
}

async function headerOf(path: string, page = 0): Promise<Size | null> {
  // What is wrong with a file is told by the decoder, in its words.
  const header = await sharp(path, { page, limitInputPixels: false })
    .metadata()
    .catch(() => null);
  if (header === null) return null;
  const { height, width, orientation = 1 } = header;
  return orientation < 5 ? { height, width } : { height: width, width: height };
}
