import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { WeightsEntry } from '../../config/weights-manifest.js';
import { WeightsError } from '../../errors.js';
import type { ResolvedFile, ResolvedWeights } from '../weights-store.js';
import { pinOf, readPin } from './pin.js';

/**
 * Finds the files of a manifest entry: the first folder that holds them all with the right hashes.
 *
 * @param searchDirs absolute folders, in the order in which they are searched
 * @throws WeightsError that names the folders that were searched, or the file that differs with both hashes
 */
export async function locateWeights(entry: WeightsEntry, searchDirs: readonly string[]): Promise<ResolvedWeights> {
  // Many checkpoints are called model.safetensors: without a hash, only the folder says which one a file is.
  const anywhere = entry.files.every((file) => file.sha256 !== null) ? [''] : [];
  const below = [...new Set([entry.folder, entry.id, ...anywhere].filter((folder) => folder !== undefined))];
  const roots = searchDirs.flatMap((dir) => below.map((folder) => join(dir, folder)));
  let altered: WeightsError | null = null;
  let incomplete: string | null = null;
  for (const root of roots) {
    const paths = entry.files.map((file) => join(root, file.path));
    const missing = await firstMissing(paths);
    if (missing === paths[0]) continue;
    if (missing !== null) {
      incomplete ??= missing;
      continue;
    }
    try {
      const files = await Promise.all(entry.files.map((file) => resolvedFile(root, entry, file)));
      for (const file of files) await file.read();
      return { id: entry.id, entry, files };
    } catch (error) {
      // A folder may hold another checkpoint with the same file names; a later folder may hold the right one.
      if (!(error instanceof WeightsError)) throw error;
      altered ??= error;
    }
  }
  if (altered !== null) throw altered;
  const what =
    incomplete === null ? `were not found in ${searchDirs.join(', ')}` : `are incomplete: ${incomplete} is missing`;
  const names = entry.files.map((file) => file.path).join(', ');
  throw new WeightsError(
    `weights "${entry.id}" ${what}; put ${names} (${entry.origin}) into a folder "${entry.folder ?? entry.id}" and name the folder around it with --weights DIR or IMGANO_WEIGHTS`,
    { missing: incomplete === null },
  );
}

async function resolvedFile(
  root: string,
  entry: WeightsEntry,
  file: WeightsEntry['files'][number],
): Promise<ResolvedFile> {
  const path = join(root, file.path);
  const expected = file.sha256 ?? (await readPin(path));
  const read = async (): Promise<{ bytes: Uint8Array<ArrayBuffer>; sha256: string }> => {
    const bytes = await readFile(path).catch((cause: Error) => {
      throw new WeightsError(`${path}: the weights "${entry.id}" cannot be read (${cause.message})`, { cause });
    });
    const sha256 = createHash('sha256').update(bytes).digest('hex');
    return { bytes: new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength), sha256 };
  };
  if (expected === null) {
    const { sha256 } = await read();
    throw new WeightsError(
      `${path}: the manifest does not know the hash of weights "${entry.id}"; if the file is the right one, pin it by writing ${sha256} into ${pinOf(path)}`,
    );
  }
  return {
    name: file.path,
    path,
    sha256: expected,
    bytes: file.bytes ?? (await stat(path)).size,
    read: async () => {
      const { bytes, sha256 } = await read();
      if (sha256 === expected) return bytes;
      throw new WeightsError(
        `${path}: this is not the file of weights "${entry.id}" (sha256 ${sha256}, expected ${expected}); get the original again`,
      );
    },
  };
}

async function firstMissing(paths: readonly string[]): Promise<string | null> {
  for (const path of paths) {
    const found = await stat(path).catch(() => null);
    if (found === null || !found.isFile()) return path;
  }
  return null;
}
