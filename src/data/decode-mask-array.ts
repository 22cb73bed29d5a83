import { decode } from '../config/codec.js';
import { PolygonMask, RleMask } from '../config/mask-file.js';
import { DataError } from '../errors.js';
import { decodeCocoRle } from './coco-rle.js';
import type { BinaryMask } from './decode-mask.js';
import { fillPolygons } from './fill-polygons.js';
import { decodeNpy, type NpyArray } from './npy.js';
import { decodeNpz } from './npz.js';
import { checkPixelLimit } from './pixel-limit.js';

/**
 * Decodes the bytes of a mask that is no picture: an array of numpy (`.npy`, or the array `mask` of an `.npz`), whose values other than 0 are the
 * foreground, or a JSON object with COCO's run lengths or with polygons. The content says which it is.
 *
 * @param name what errors call the mask
 * @returns null for bytes of another kind
 * @throws DataError, ConfigError when it is of these kinds, but damaged
 */
export function decodeMaskArray(bytes: Buffer, name: string): BinaryMask | null {
  const head = bytes.toString('latin1', 0, 6);
  if (head === '\x93NUMPY') return ofArray(decodeNpy(bytes, name), name);
  if (head.startsWith('PK')) {
    const { mask } = decodeNpz(bytes, name);
    if (mask === undefined) throw new DataError(`${name}: expected an array named "mask" in the .npz file, got none`);
    return ofArray(mask, name);
  }
  return head.trimStart().startsWith('{') ? ofJson(bytes.toString('utf8'), name) : null;
}

function ofArray({ shape, data }: NpyArray, name: string): BinaryMask {
  if (shape.length !== 2 || data.length === 0) {
    throw new DataError(`${name}: expected a mask with height and width, got an array of shape (${shape.join(', ')})`);
  }
  return { height: shape[0], width: shape[1], data: Uint8Array.from(data, (value) => (value === 0 ? 0 : 1)) };
}

function ofJson(text: string, name: string): BinaryMask {
  let value: object;
  try {
    value = JSON.parse(text) as object;
  } catch (error) {
    throw new DataError(`${name}: is not valid JSON (${(error as Error).message}); write the mask again`, {
      cause: error,
    });
  }
  if (!('polygons' in value)) {
    const rle = decode(RleMask, value, name);
    checkPixelLimit(name, { height: rle.size[0], width: rle.size[1] });
    return decodeCocoRle(rle, name);
  }
  const { polygons, size } = decode(PolygonMask, value, name);
  const [height, width] = size;
  checkPixelLimit(name, { height, width });
  const rings = polygons.flatMap(({ outer, holes = [] }) => [outer, ...holes]);
  return { height, width, data: fillPolygons(rings, { height, width }) };
}
