import { zipSync } from 'fflate';
import { DataError } from '../errors.js';
import { zipMembers } from '../formats/zip-members.js';
import { decodeNpy, encodeNpy, type NpyArray } from './npy.js';

/** A fixed date, so that the same arrays give the same bytes. ZIP keeps local time, and so does this constructor. */
const modified = new Date(1980, 0, 1);

/** The bytes of a compressed `.npz` file (numpy.savez_compressed): a ZIP of one `.npy` file an array. */
export function encodeNpz(arrays: Readonly<Record<string, NpyArray>>): Uint8Array {
  const files = Object.entries(arrays).map(([name, { shape, data }]) => [`${name}.npy`, encodeNpy(shape, data)]);
  return zipSync(Object.fromEntries(files) as Record<string, Uint8Array>, { mtime: modified });
}

/**
 * Reads the bytes of an `.npz` file.
 *
 * @param name what errors call the file
 * @throws DataError when it is no ZIP, or an array in it cannot be read
 */
export function decodeNpz(bytes: Uint8Array, name: string): Record<string, NpyArray> {
  const fail = (what: string): never => {
    throw new DataError(`${name}: not an .npz file: ${what}; save it with numpy.savez again`);
  };
  const arrays = zipMembers(bytes, fail).map(({ name: file, read }) => [
    file.replace(/\.npy$/, ''),
    decodeNpy(read(), `${name}: ${file}`),
  ]);
  return Object.fromEntries(arrays) as Record<string, NpyArray>;
}
