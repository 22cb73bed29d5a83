import { createHash } from 'node:crypto';
import type { Picture } from '../data/picture.js';
import { pixelRows } from '../data/pixel-rows.js';

/** Rows at a time. */
const ROWS = 256;

/** sha256 over the decoded pixels of a picture and its size: the same for every file that decodes to them, whatever its name. */
export function pixelHash(picture: Picture): string {
  const { height, width } = picture;
  const hash = createHash('sha256').update(`${height}x${width}x${pixelRows(picture, 0, 1).BYTES_PER_ELEMENT}:`);
  for (let top = 0; top < height; top += ROWS) {
    const { buffer, byteOffset, byteLength } = pixelRows(picture, top, Math.min(ROWS, height - top));
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  }
  return hash.digest('hex');
}

/** One hash for a set of pictures, whatever their order. */
export function setHash(hashes: readonly string[]): string {
  return createHash('sha256')
    .update([...hashes].sort().join('\n'))
    .digest('hex');
}

/** As much of each hash as tells pictures apart, in order: what a config keeps. */
export function shortHashes(hashes: readonly string[]): string[] {
  return hashes.map(shortHash).sort();
}

export function shortHash(hash: string): string {
  return hash.slice(0, 16);
}
