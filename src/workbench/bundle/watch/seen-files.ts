import type { Watched } from './watch-log.js';
import { isSameVersion, type WatchedFile } from './watched-file.js';

/**
 * Which files were done. A file is known by its place, size and time; one that was moved or renamed by its content, size and time, where
 * the place it had is empty. Equal bytes alone prove nothing: a camera that is stuck writes them too, and that has to be seen.
 */
export class SeenFiles {
  private readonly byPath = new Map<string, Watched>();
  private readonly byVersion = new Map<string, Watched[]>();

  add(file: Watched): void {
    this.byPath.set(file.path, file);
    const key = versionOf(file);
    this.byVersion.set(key, [...(this.byVersion.get(key) ?? []), file]);
  }

  has(file: WatchedFile): boolean {
    const known = this.byPath.get(file.name);
    return known !== undefined && isSameVersion(known, file);
  }

  /** @param there the places that hold a file now */
  wasMoved(file: Watched, there: ReadonlySet<string>): boolean {
    const alike = this.byVersion.get(versionOf(file)) ?? [];
    return alike.some(({ path, sha256 }) => sha256 === file.sha256 && !there.has(path));
  }
}

function versionOf({ bytes, modified }: Pick<Watched, 'bytes' | 'modified'>): string {
  return `${bytes} ${modified}`;
}
