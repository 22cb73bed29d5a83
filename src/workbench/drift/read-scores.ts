import { DataError } from '../../errors.js';
import { readRunHeader } from '../../inference/sinks/run-header-file.js';
import { readLines } from '../../inference/sinks/read-lines.js';

export interface ReadScores {
  readonly scores: number[];
  /** Error records, which have no score. */
  readonly errors: number;
  /** The config that made the records, where their header says so. */
  readonly configSha256: string | null;
}

/**
 * The scores of a records file. A last line that is still being written is left out.
 *
 * @throws DataError for a line that is no record
 */
export async function readScores(path: string): Promise<ReadScores> {
  const scores: number[] = [];
  let [errors, line] = [0, 0];
  for await (const { bytes, whole } of readLines(path)) {
    line += 1;
    const record = parsed(bytes);
    if (!whole && record === null) break;
    if (typeof record?.score === 'number' && Number.isFinite(record.score)) scores.push(record.score);
    else if (record?.status === 'error') errors += 1;
    else
      throw new DataError(
        `${path}:${line}: expected the record of a picture, with its score; give a file of imgano infer`,
      );
  }
  return { scores, errors, configSha256: readRunHeader(path)?.settings.config_sha256 ?? null };
}

function parsed(bytes: Buffer): { score?: unknown; status?: unknown } | null {
  try {
    return JSON.parse(bytes.toString('utf8')) as { score?: unknown; status?: unknown } | null;
  } catch {
    return null;
  }
}
