/** What the header of a `.npy` file says. */
export interface NpyHeader {
  /** numpy's name of the type, for example `<f4`. */
  readonly descr: string;
  /** The first index runs fastest, not the last one. */
  readonly fortran: boolean;
  readonly shape: readonly number[];
  /** Values that the shape holds. */
  readonly count: number;
  /** Where the values begin in the file. */
  readonly start: number;
}

const MAGIC = '\x93NUMPY';
/** numpy itself refuses to read longer ones without being told to (10,000 bytes). */
const MAX_HEADER_BYTES = 65_536;

/**
 * Reads the header of a `.npy` file, versions 1 to 3 (numpy.lib.format).
 *
 * @param fail raises the reader's own error
 */
export function parseNpyHeader(bytes: Uint8Array, fail: (what: string) => never): NpyHeader {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (file.length < 12 || file.toString('latin1', 0, 6) !== MAGIC) return fail('not a .npy file');
  const wide = file[6] > 1;
  const start = (wide ? 12 : 10) + (wide ? file.readUInt32LE(8) : file.readUInt16LE(8));
  const header = start > Math.min(file.length, MAX_HEADER_BYTES) ? '' : file.toString('latin1', wide ? 12 : 10, start);
  const fortran = /'fortran_order':\s*(True|False)/.exec(header)?.[1];
  const sides = /'shape':\s*\(([\d,\s]*)\)/.exec(header)?.[1];
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1];
  if (fortran === undefined || sides === undefined) return fail('the .npy header is damaged');
  const shape = sides
    .split(',')
    .filter((side) => side.trim() !== '')
    .map(Number);
  const count = shape.reduce((a, b) => a * b, 1);
  if (![...shape, count].every(Number.isSafeInteger)) return fail(`no array has the shape (${shape.join(', ')})`);
  return { descr: descr ?? '', fortran: fortran === 'True', shape, count, start };
}
