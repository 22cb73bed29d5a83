import { type Size } from '../../config/size.js';
import { type Runs, RunsBuilder } from './runs.js';

const FOUR_ONES = 0x01010101;

/**
 * Reads a byte mask (0 or 1, row by row) as runs. Four pixels of background, or of foreground, are stepped over at once:
 * most of a mask is empty.
 */
export function runsOfBytes(mask: Uint8Array, size: Size): Runs {
  const { height, width } = size;
  const bytes = mask.byteOffset % 4 === 0 ? mask : mask.slice();
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  const builder = new RunsBuilder(size);
  for (let y = 0; y < height; y++) {
    const row = y * width;
    const end = row + width;
    for (let p = row; p < end;) {
      p = skip(bytes, words, p, end, 0, 0);
      if (p >= end) break;
      const from = p;
      p = skip(bytes, words, p, end, 1, FOUR_ONES);
      builder.push(from - row, p - row);
    }
    builder.closeRow(y);
  }
  return builder.build();
}

/** The first position from `p` whose byte is not `value`, or `end`. */
function skip(bytes: Uint8Array, words: Uint32Array, p: number, end: number, value: number, word: number): number {
  while ((p & 3) !== 0) {
    if (p >= end || bytes[p] !== value) return p;
    p++;
  }
  const lastWord = end >> 2;
  let q = p >> 2;
  while (q < lastWord && words[q] === word) q++;
  p = q << 2;
  while (p < end && bytes[p] === value) p++;
  return p;
}
