import { extname } from 'node:path';
import type { Size } from '../config/size.js';
import { DataError } from '../errors.js';
import { decodePicture } from './decode.js';
import { decodeNpy } from './npy.js';
import { pictureFormat } from './picture-format.js';
import type { Picture } from './picture.js';
import { checkPixelLimit } from './pixel-limit.js';
import { readFileWhole } from './read-whole.js';
import { sharp } from './sharp.js';

/** An anomaly map of one picture, row by row; higher = more anomalous. */
export interface SavedMap extends Size {
  readonly data: Float32Array;
}

/**
 * Reads a map that was saved earlier. A `.npy` array and a float TIFF keep their values; 8 and 16 bits a pixel become 0..1.
 *
 * @throws DataError when the file cannot be read whole, is not one grey plane, or holds NaN or an infinity
 */
export async function decodeMap(path: string): Promise<SavedMap> {
  const map = extname(path).toLowerCase() === '.npy' ? await fromNpy(path) : await fromPicture(path);
  const at = map.data.findIndex((value) => !Number.isFinite(value));
  if (at >= 0) {
    throw new DataError(
      `${path}: expected a map of finite numbers, got ${map.data[at]} at row ${Math.floor(at / map.width)}, ` +
        `column ${at % map.width}; make the map again`,
    );
  }
  return map;
}

async function fromNpy(path: string): Promise<SavedMap> {
  const { shape, data } = decodeNpy(await readFileWhole(path), path);
  const real = data instanceof Float32Array || data instanceof Float64Array;
  if (shape.length !== 2 || data.length === 0 || !real) {
    throw new DataError(
      `${path}: expected a map of floats with height and width, got shape (${shape.join(', ')}) of ` +
        `${data.constructor.name}; save one plane of a float type`,
    );
  }
  return { height: shape[0], width: shape[1], data: Float32Array.from(data) };
}

async function fromPicture(path: string): Promise<SavedMap> {
  const bytes = await readFileWhole(path);
  if (pictureFormat(bytes) === 'tiff') {
    const map = await fromFloatTiff(bytes, path);
    if (map !== null) return map;
  }
  return fromLevels(await decodePicture(bytes, { name: path }));
}

/** Null for a TIFF whose samples are not floats. */
async function fromFloatTiff(bytes: Uint8Array, path: string): Promise<SavedMap | null> {
  const image = sharp(bytes, { failOn: 'warning', limitInputPixels: false });
  try {
    const { depth, channels, width, height, pages } = await image.metadata();
    if (depth !== 'float' && depth !== 'double') return null;
    if (channels !== 1 || (pages ?? 1) !== 1) throw onePlane(path, `${channels} channels on ${pages ?? 1} pages`);
    checkPixelLimit(path, { width, height });
    const data = await image.toColourspace('b-w').raw({ depth: 'float' }).toBuffer();
    return { height, width, data: new Float32Array(data.buffer as ArrayBuffer, data.byteOffset, width * height) };
  } catch (error) {
    if (error instanceof DataError) throw error;
    const why = (error as Error).message.split('\n')[0].trim();
    throw new DataError(`${path}: the tiff file is damaged, cut short or not understood (${why}); make it again`, {
      cause: error,
    });
  }
}

function fromLevels({ rgb, width, height, source }: Picture): SavedMap {
  const top = rgb instanceof Uint16Array ? 65535 : 255;
  const data = new Float32Array(width * height);
  for (let i = 0, p = 0; i < data.length; i++, p += 3) {
    if (rgb[p] !== rgb[p + 1] || rgb[p] !== rgb[p + 2]) throw onePlane(source, 'colours');
    data[i] = rgb[p] / top;
  }
  return { height, width, data };
}

function onePlane(path: string, got: string): DataError {
  return new DataError(`${path}: expected a map with one grey plane, got ${got}; save the map itself, not an overlay`);
}
