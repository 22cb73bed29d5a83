import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUILD_INFO_FILE, type BuildInfo, parseBuildInfo } from './build-info.js';
import type { NativeStatus } from './status.js';

/** What the library of the build in use was made for; null where it does not say, or there is none. */
export function libraryOf({ builds, in_use }: NativeStatus): BuildInfo | null {
  const build = builds.find((found) => found.dir === in_use);
  if (build === undefined) return null;
  const library = build.source?.startsWith('dir:') ? build.source.slice('dir:'.length) : join(build.dir, 'tensorflow');
  try {
    return parseBuildInfo(readFileSync(join(library, BUILD_INFO_FILE), 'utf8'));
  } catch {
    return null;
  }
}
