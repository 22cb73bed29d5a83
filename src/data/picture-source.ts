import { decodePicture, pictureName, type PictureInput } from './decode.js';
import type { DecodeOptions } from './decode-options.js';
import type { PictureSource } from './picture.js';

/** A picture that is decoded anew every time it is asked for, so that a long list of sources holds no pixels. */
export function pictureSource(input: PictureInput, options: DecodeOptions = {}): PictureSource {
  return {
    name: pictureName(input, options),
    ...(typeof input === 'string' ? { file: { path: input, options } } : {}),
    decode: () => decodePicture(input, options),
  };
}
