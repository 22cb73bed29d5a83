import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { decodeRunHeader, type RunHeader } from '../../config/run-header.js';
import { fileTrouble } from '../../data/file-trouble.js';
import { writeFileWhole } from '../../data/write-whole.js';
import { DataError } from '../../errors.js';
import { canonicalJson } from '../records/canonical-json.js';
import { realPath } from './real-path.js';

/** Where the header of a records file lies. */
export function headerPath(records: string): string {
  return `${records}.run.json`;
}

/** Called by whoever has the right to write the records. @throws DataError when it cannot be written */
export async function writeRunHeader(records: string, header: RunHeader): Promise<void> {
  await writeFileWhole(headerPath(records), `${canonicalJson(header, 2)}\n`, realPath(records));
}

/**
 * The header of a records file; null when it has none.
 *
 * @throws DataError, ConfigError when there is one that cannot be read
 */
export function readRunHeader(records: string): RunHeader | null {
  const path = headerPath(records);
  if (!existsSync(path)) return null;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'it is not valid JSON' : fileTrouble(error);
    throw new DataError(`${path}: cannot be read, because ${why}; start the run again without --resume`, {
      cause: error,
    });
  }
  return decodeRunHeader(value, path);
}

/** Takes names one by one; `digest` tells how many there were, and the sha256 over them in order. */
export class NamesDigest {
  private readonly hash = createHash('sha256');
  private count = 0;

  add(name: string): void {
    this.hash.update(`${JSON.stringify(name)}\n`);
    this.count += 1;
  }

  digest(): RunHeader['inputs'] {
    return { count: this.count, sha256: this.hash.digest('hex') };
  }
}
