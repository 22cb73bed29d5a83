import { createHash } from 'node:crypto';
import type { Picture } from '../data/picture.js';

/** sha256 over the decoded pixels of a picture and its size: the same for every file that decodes to them, whatever its name. */
export function pixelHash({ rgb, height, width }: Picture): string {
  const bytes = new Uint8Array(rgb.buffer, rgb.byteOffset, rgb.byteLength);
  return createHash('sha256').update(`${height}x${width}x${rgb.BYTES_PER_ELEMENT}:`).update(bytes).digest('hex');
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
