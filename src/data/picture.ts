import type { Size } from '../config/size.js';
import type { DecodeOptions } from './decode-options.js';

/** A decoded picture: upright, sRGB, without alpha, grey replicated. */
export interface Picture extends Size {
  /** `height * width * 3` values, row by row, R G B. 16-bit pictures keep their 0..65535. */
  readonly rgb: Uint8Array | Uint16Array;
  /** The path, or the name that an in-memory picture was given. */
  readonly source: string;
}

/** A picture that is still to be decoded. */
export interface PictureSource {
  /** The path as given, or a name. Unique within a run. */
  readonly name: string;
  /** Only of a file: what `decode` reads, so that another thread can do it. */
  readonly file?: { readonly path: string; readonly options: DecodeOptions };
  /** @throws DataError when it cannot be read whole */
  decode(): Promise<Picture>;
}
