import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { type NativeBuild, problemOf, readBuild } from './build.js';
import { nativeFolder } from './folder.js';

/** One folder of the native cache, with its verdict. */
export interface FoundBuild {
  readonly dir: string;
  /** Null where the description itself cannot be read. */
  readonly build: NativeBuild | null;
  /** Why it cannot be used, or null. */
  readonly problem: string | null;
}

/** The builds of the cache: usable ones first, GPU before CPU, newer TensorFlow before older. */
export function listBuilds(root: string = nativeFolder()): FoundBuild[] {
  return foldersOf(root).map(inspect).sort(compare);
}

function foldersOf(root: string): string[] {
  try {
    return readdirSync(root, { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
      .map((entry) => join(root, entry.name));
  } catch {
    return []; // nothing was installed yet
  }
}

function inspect(dir: string): FoundBuild {
  try {
    const build = readBuild(dir);
    return { dir, build, problem: problemOf(dir, build) };
  } catch (error) {
    return { dir, build: null, problem: `its description cannot be read (${(error as Error).message})` };
  }
}

function compare(a: FoundBuild, b: FoundBuild): number {
  const usable = Number(a.problem !== null) - Number(b.problem !== null);
  const gpu = Number(b.build?.flavour === 'gpu') - Number(a.build?.flavour === 'gpu');
  const newer = (b.build?.tensorflow ?? '').localeCompare(a.build?.tensorflow ?? '', 'en', { numeric: true });
  return usable || gpu || newer || a.dir.localeCompare(b.dir);
}
