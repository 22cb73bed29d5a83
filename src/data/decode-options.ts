/** What a caller may ask of the decoder. */
export interface DecodeOptions {
  /** What errors and records call bytes that come from memory; a path and a raw picture have their own name. */
  readonly name?: string;
  /** Pictures with more pixels than this are refused by their header, before anything is decoded; 2^28 by default. */
  readonly maxPixels?: number;
  /** Which page of a TIFF, or frame of a WebP, counted from 0. A file of several pages is refused without it. */
  readonly page?: number;
}
