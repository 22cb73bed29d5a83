import { encodeCocoRle } from '../../data/coco-rle.js';
import { encodePng } from '../../data/encode.js';
import { encodeNpy } from '../../data/npy.js';
import { encodeNpz } from '../../data/npz.js';
import { polygonsOf } from '../../defects/geometry/polygons.js';
import { canonicalJson } from '../records/canonical-json.js';

/** A binary mask: 1 where a reported region lies. */
export interface Mask {
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
}

interface MaskFormat {
  /** Of the file, with its dot. */
  readonly suffix: string;
  readonly encode: (mask: Mask) => Promise<Uint8Array>;
}

/**
 * How masks are written, by the name that flags, configs and records use. Pictures and arrays hold 0 and 255; `rle` is the
 * compressed run-length object of COCO, `polygons` the outlines of the regions and of their holes. None loses a pixel.
 */
export const MASK_FORMATS: Readonly<Record<string, MaskFormat>> = {
  png: {
    suffix: '.png',
    encode: ({ height, width, data }) => encodePng({ height, width, channels: 1, data: to255(data) }),
  },
  npy: { suffix: '.npy', encode: async ({ height, width, data }) => encodeNpy([height, width], to255(data)) },
  npz: {
    suffix: '.npz',
    encode: async ({ height, width, data }) => encodeNpz({ mask: { shape: [height, width], data: to255(data) } }),
  },
  rle: { suffix: '.rle.json', encode: async (mask) => jsonFile(encodeCocoRle(mask)) },
  polygons: {
    suffix: '.polygons.json',
    encode: async (mask) => jsonFile({ polygons: polygonsOf(mask.data, mask), size: [mask.height, mask.width] }),
  },
};

function jsonFile(content: object): Uint8Array {
  return Buffer.from(`${canonicalJson(content)}\n`);
}

function to255(data: Uint8Array): Uint8Array<ArrayBuffer> {
  // `Uint8Array.from` would first make a list of all values, which no heap has room for where the mask is large.
  const bytes = new Uint8Array(data.length);
  for (let i = 0; i < data.length; i++) bytes[i] = data[i] === 0 ? 0 : 255;
  return bytes;
}
