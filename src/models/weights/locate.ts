import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { WeightsEntry } from '../../config/weights-manifest.js';
import { WeightsError } from '../../errors.js';
import type { ResolvedFile, ResolvedWeights } from '../weights-store.js';

/**
 * Finds the files of a manifest entry: the first folder that holds them all with the right hashes.
 *
 * @param searchDirs absolute folders, in the order in which they are searched
 * @throws WeightsError that names the folders that were searched, or the file that differs with both hashes
 */
export async function locateWeights(entry: WeightsEntry, searchDirs: readonly string[]): Promise<ResolvedWeights> {
  const below = [...new Set([entry.folder, entry.id, ''].filter((folder) => folder !== undefined))];
  const roots = searchDirs.flatMap((dir) => below.map((folder) => join(dir, folder)));
  let altered: WeightsError | null = null;
  let incomplete: string | null = null;
  for (const root of roots) {
    const files = entry.files.map((file) => resolvedFile(root, entry, file));
    const missing = await firstMissing(files);
    if (missing === files[0]) continue;
    if (missing !== null) {
      incomplete ??= missing.path;
      continue;
    }
    try {
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
    `weights "${entry.id}" ${what}; put ${names} (${entry.origin}) into a folder and name it with --weights DIR or IMGANO_WEIGHTS`,
  );
}

function resolvedFile(root: string, entry: WeightsEntry, file: WeightsEntry['files'][number]): ResolvedFile {
  const path = join(root, file.path);
  return {
    name: file.path,
    path,
    sha256: file.sha256,
    bytes: file.bytes,
    read: async () => {
      const bytes = await readFile(path).catch((cause: Error) => {
        throw new WeightsError(`${path}: the weights "${entry.id}" cannot be read (${cause.message})`, { cause });
      });
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      if (sha256 !== file.sha256) {
        throw new WeightsError(
          `${path}: this is not the file of weights "${entry.id}" (sha256 ${sha256}, expected ${file.sha256}); get the original again`,
        );
      }
      return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    },
  };
}

async function firstMissing(files: readonly ResolvedFile[]): Promise<ResolvedFile | null> {
  for (const file of files) {
    const found = await stat(file.path).catch(() => null);
    if (found === null || !found.isFile()) return file;
  }
  return null;
}
