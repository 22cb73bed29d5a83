import { ManifestRow } from '../../config/manifest.js';
import { decode } from '../../config/codec.js';
import { ConfigError, DataError, type DataIssue } from '../../errors.js';
import { datasetError } from '../dataset-error.js';
import { readFileWhole } from '../read-whole.js';

export interface NumberedRow {
  /** Counted from 1. */
  readonly line: number;
  readonly row: ManifestRow;
}

const SHOWN = 20;

/** One error for all findings of a manifest; after the first ones only their number is told. */
export function manifestError(issues: readonly DataIssue[]): DataError {
  const more = issues.length - SHOWN;
  const lines = issues.slice(0, SHOWN).map(({ message }) => message);
  return new DataError([...lines, ...(more > 0 ? [`and ${more} more`] : [])].join('\n'), { issues });
}

/**
 * The rows of a manifest: one JSON object a line. Blank lines and lines that begin with `#` are skipped.
 *
 * @throws DataError with every wrong line, each by its number
 */
export async function readManifestRows(path: string): Promise<NumberedRow[]> {
  const text = (await readFileWhole(path).catch(unreadable)).toString('utf8').replace(/^\uFEFF/, '');
  const rows: NumberedRow[] = [];
  const findings: DataIssue[] = [];
  text.split('\n').forEach((content, index) => {
    const line = index + 1;
    const trimmed = content.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return;
    try {
      rows.push({ line, row: decode(ManifestRow, parse(trimmed), `${path}:${line}`) });
    } catch (error) {
      const context = { manifest: path, line };
      if (error instanceof ConfigError) {
        for (const message of error.problems) findings.push({ code: 'MANIFEST_INVALID_RECORD', message, context });
      } else {
        const message = `${path}:${line}: expected one JSON object (${(error as Error).message})`;
        findings.push({ code: 'MANIFEST_INVALID_JSON', message, context });
      }
    }
  });
  if (findings.length > 0) throw manifestError(findings);
  if (rows.length === 0) {
    const message = `${path}: the manifest has no rows; write one JSON object a line`;
    throw datasetError('MANIFEST_EMPTY', message, { manifest: path });
  }
  return rows;
}

function unreadable(error: DataError): never {
  const { code = '' } = error.cause as NodeJS.ErrnoException;
  const known: Record<string, string> = { ENOENT: 'MANIFEST_NOT_FOUND', EISDIR: 'MANIFEST_NOT_A_FILE' };
  throw datasetError(known[code] ?? 'MANIFEST_NOT_READABLE', error.message, {}, error);
}

function parse(json: string): unknown {
  return JSON.parse(json);
}
