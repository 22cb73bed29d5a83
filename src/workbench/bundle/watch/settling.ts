import { isSameVersion, type WatchedFile } from './watched-file.js';

/**
 * Tells which files are written to the end: those that nobody has touched for a while. The clock of a file server may differ from ours,
 * so a file that we have watched for so long counts too, whatever its time says. An empty file is waited for.
 */
export class Settling {
  private first = new Map<string, { readonly file: WatchedFile; readonly at: number }>();

  /** @param seconds for which a file must be left alone */
  constructor(private readonly seconds: number) {}

  /** @param files all that are there and still wanted, at this look */
  settled(files: readonly WatchedFile[]): WatchedFile[] {
    const now = performance.now();
    const today = Date.now();
    const before = this.first;
    this.first = new Map();
    return files.filter((file) => {
      const known = before.get(file.name);
      const since = known !== undefined && isSameVersion(known.file, file) ? known.at : now;
      this.first.set(file.name, { file, at: since });
      const age = today - Number(BigInt(file.modified) / 1_000_000n);
      return file.bytes > 0 && Math.max(now - since, age) >= this.seconds * 1000;
    });
  }
}
