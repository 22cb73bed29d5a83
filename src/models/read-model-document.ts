import { readFile } from 'node:fs/promises';
import { WeightsError } from '../errors.js';

/**
 * The JSON document of a saved model, unchecked.
 *
 * @throws WeightsError when the file is missing or no JSON
 */
export async function readModelDocument(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as unknown;
  } catch (cause) {
    throw new WeightsError(`${path}: the model cannot be read (${(cause as Error).message}); train again`, { cause });
  }
}
