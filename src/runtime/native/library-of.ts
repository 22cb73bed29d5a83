import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD_INFO_FILE, type BuildInfo, parseBuildInfo } from './build-info.js';
import type { NativeStatus } from './status.js';

/** The folder of the library of the build in use; null where there is none, or a package brings its own. */
export function libraryFolder({ builds, in_use }: NativeStatus): string | null {
  const build = builds.find((found) => found.dir === in_use);
  if (build === undefined) return null;
  return build.source?.startsWith('dir:') ? build.source.slice('dir:'.length) : join(build.dir, 'tensorflow');
}

/** What the library of the build in use was made for; null where it does not say, or there is none. */
export function libraryOf(status: NativeStatus): BuildInfo | null {
  const folder = libraryFolder(status);
  if (folder === null) return null;
  try {
    return parseBuildInfo(readFileSync(join(folder, BUILD_INFO_FILE), 'utf8'));
  } catch {
    return null;
  }
}
