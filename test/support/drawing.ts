import { type Size } from '../../src/config/size.js';

export interface Drawing extends Size {
  readonly data: Float32Array;
}

/** A map from text: `.` is 0, a digit d is d / 10, `#` is 1. Rows must be equally long. */
export function drawing(...rows: string[]): Drawing {
  const value = (c: string) => (c === '#' ? 1 : c === '.' ? 0 : Number(c) / 10);
  return { height: rows.length, width: rows[0].length, data: Float32Array.from([...rows.join('')], value) };
}

/** A 0/1 mask as text. */
export function drawn(mask: Size & { readonly data: Uint8Array }): string[] {
  const rows = Array.from({ length: mask.height }, (_, y) => mask.data.subarray(y * mask.width, (y + 1) * mask.width));
  return rows.map((row) => Array.from(row, (v) => (v === 1 ? '#' : '.')).join(''));
}
