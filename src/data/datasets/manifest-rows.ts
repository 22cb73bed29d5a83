import { ManifestRow } from '../../config/manifest.js';
import { decode } from '../../config/codec.js';
import { ConfigError, DataError } from '../../errors.js';
import { readFileWhole } from '../read-whole.js';

export interface NumberedRow {
  /** Counted from 1. */
  readonly line: number;
  readonly row: ManifestRow;
}

const SHOWN = 20;

/** One error for all findings of a manifest; after the first ones only their number is told. */
export function manifestError(findings: readonly string[]): DataError {
  const more = findings.length - SHOWN;
  return new DataError([...findings.slice(0, SHOWN), ...(more > 0 ? [`and ${more} more`] : [])].join('\n'));
}

/**
 * The rows of a manifest: one JSON object a line. Blank lines and lines that begin with `#` are skipped.
 *
 * @throws DataError with every wrong line, each by its number
 */
export async function readManifestRows(path: string): Promise<NumberedRow[]> {
  const text = (await readFileWhole(path)).toString('utf8').replace(/^\uFEFF/, '');
  const rows: NumberedRow[] = [];
  const findings: string[] = [];
  text.split('\n').forEach((content, index) => {
    const line = index + 1;
    const trimmed = content.trim();
    if (trimmed === '' || trimmed.startsWith('#')) return;
    try {
      rows.push({ line, row: decode(ManifestRow, parse(trimmed), `${path}:${line}`) });
    } catch (error) {
      if (error instanceof ConfigError) findings.push(...error.problems);
      else findings.push(`${path}:${line}: expected one JSON object (${(error as Error).message})`);
    }
  });
  if (findings.length > 0) throw manifestError(findings);
  if (rows.length === 0) throw new DataError(`${path}: the manifest has no rows; write one JSON object a line`);
  return rows;
}

function parse(json: string): unknown {
  return JSON.parse(json);
}
