import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { error, type Finding } from '../config/finding.js';

export interface ReadDocument {
  /** The document's file, where a folder was named. */
  readonly file: string;
  /** What stands there; undefined with an error. */
  readonly value?: unknown;
  readonly findings: readonly Finding[];
}

/** Reads an `infer_config.json`, or the one of a run folder, as JSON of whatever shape. */
export async function readDocument(path: string): Promise<ReadDocument> {
  const found = await stat(path).catch(() => null);
  if (found === null) {
    return unreadable(path, 'there is no such file', "give the infer_config.json of a run, or the run's folder");
  }
  const file = found.isDirectory() ? join(path, 'infer_config.json') : path;
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (trouble) {
    return unreadable(file, `cannot be read (${(trouble as Error).message})`, 'give a readable file');
  }
  try {
    return { file, value: JSON.parse(text.replace(/^\uFEFF/, '')), findings: [] };
  } catch (trouble) {
    const message = `is not valid JSON (${(trouble as Error).message})`;
    return { file, findings: [error('INVALID_JSON', '', message, 'correct it there')] };
  }
}

function unreadable(file: string, message: string, fix: string): ReadDocument {
  return { file, findings: [error('FILE_NOT_READABLE', '', message, fix)] };
}
