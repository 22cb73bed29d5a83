import { encodePng } from '../../data/encode.js';
import { encodeNpy } from '../../data/npy.js';
import { encodeNpz } from '../../data/npz.js';

/** A binary mask: 1 where a reported region lies. */
export interface Mask {
  readonly height: number;
  readonly width: number;
  readonly data: Uint8Array;
}

/** How masks are written, by the name that flags, configs and records use. Every format holds 0 and 255. */
export const MASK_FORMATS: Readonly<Record<string, (mask: Mask) => Promise<Uint8Array>>> = {
  png: ({ height, width, data }) => encodePng({ height, width, channels: 1, data: to255(data) }),
  npy: async ({ height, width, data }) => encodeNpy([height, width], to255(data)),
  npz: async ({ height, width, data }) => encodeNpz({ mask: { shape: [height, width], data: to255(data) } }),
};

function to255(data: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(data, (value) => (value === 0 ? 0 : 255));
}
