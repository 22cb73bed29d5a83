import type { Size } from '../config/size.js';
import { DataError } from '../errors.js';

/** The compressed run-length object of COCO: `size` is `[height, width]`, and the runs go down the columns. */
export interface CocoRle {
  readonly counts: string;
  readonly size: readonly [number, number];
}

/**
 * Encodes a mask as pycocotools does, byte for byte: the lengths of runs of 0 and 1 in turn, beginning with 0, column by
 * column; from the fourth on each as its difference to the one two before; each number in groups of five bits, lowest
 * first, one printable character a group (COCO API of Lin et al., maskApi).
 *
 * @param mask 0 is the background, any other value the foreground
 */
export function encodeCocoRle({ height, width, data }: Size & { readonly data: Uint8Array }): CocoRle {
  const runs: number[] = [];
  let length = 0;
  let inside = false;
  for (let x = 0; x < width; x++) {
    for (let y = 0, p = x; y < height; y++, p += width) {
      if ((data[p] !== 0) !== inside) {
        runs.push(length);
        length = 0;
        inside = !inside;
      }
      length++;
    }
  }
  runs.push(length);
  return { counts: runs.map((run, i) => packed(i > 2 ? run - runs[i - 2] : run)).join(''), size: [height, width] };
}

/**
 * The pixels of a run-length object, 0 and 1, row by row; `counts` may be the compressed string or the plain lengths.
 *
 * @param name what errors call it
 * @throws DataError when the runs do not fill the size
 */
export function decodeCocoRle(
  { counts, size }: { readonly counts: string | readonly number[]; readonly size: readonly [number, number] },
  name: string,
): Size & { data: Uint8Array } {
  const [height, width] = size;
  const runs = typeof counts === 'string' ? unpacked(counts, name) : counts;
  const data = new Uint8Array(height * width);
  let [at, value] = [0, 0];
  for (const run of runs) {
    if (!Number.isSafeInteger(run) || run < 0 || at + run > data.length) throw wrong(name, height, width);
    if (value === 1) for (let i = at; i < at + run; i++) data[(i % height) * width + Math.floor(i / height)] = 1;
    at += run;
    value = 1 - value;
  }
  if (at !== data.length) throw wrong(name, height, width);
  return { height, width, data };
}

function packed(number: number): string {
  let text = '';
  for (let left = number, more = true; more;) {
    let bits = left & 31;
    left >>= 5;
    more = (bits & 16) !== 0 ? left !== -1 : left !== 0;
    if (more) bits |= 32;
    text += String.fromCharCode(bits + 48);
  }
  return text;
}

function unpacked(counts: string, name: string): number[] {
  const runs: number[] = [];
  for (let i = 0; i < counts.length;) {
    let [number, shift, more] = [0, 0, true];
    while (more) {
      const bits = counts.charCodeAt(i++) - 48;
      if (!(bits >= 0 && bits < 64) || shift > 25) throw new DataError(`${name}: "counts" is damaged; encode it again`);
      number |= (bits & 31) << shift;
      shift += 5;
      more = (bits & 32) !== 0;
      if (!more && (bits & 16) !== 0) number |= -1 << shift;
    }
    runs.push(runs.length > 2 ? number + runs[runs.length - 2] : number);
  }
  return runs;
}

function wrong(name: string, height: number, width: number): DataError {
  return new DataError(`${name}: the runs do not fill ${width} x ${height} pixels; encode it again`);
}
