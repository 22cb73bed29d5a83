import { readFile } from 'node:fs/promises';
import { WeightsError } from '../../errors.js';

/** The file that holds the hash of a checkpoint where the manifest does not: `PATH.sha256`, as `sha256sum` writes it. */
export function pinOf(path: string): string {
  return `${path}.sha256`;
}

/**
 * The hash that a user pinned beside a checkpoint, or null.
 *
 * @throws WeightsError when the pin is not a hash
 */
export async function readPin(path: string): Promise<string | null> {
  const text = await readFile(pinOf(path), 'utf8').catch(() => null);
  if (text === null) return null;
  const sha256 = /^[0-9a-f]{64}(?=\s|$)/.exec(text.trimStart())?.[0];
  if (sha256 !== undefined) return sha256;
  throw new WeightsError(`${pinOf(path)}: expected a sha256 (64 lower-case hex digits) at the beginning`);
}
