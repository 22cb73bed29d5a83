import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { decode } from '../../config/codec.js';
import { overlay } from '../../config/overlay.js';
import { RunConfig } from '../../config/run-config.js';
import { ConfigError } from '../../errors.js';

/**
 * Reads a run config (JSON, or YAML by its ending) and lays the flags over it.
 *
 * @param path null when everything comes from flags
 * @throws ConfigError with every problem and its path
 */
export async function readRunConfig(path: string | null, flags: Record<string, unknown>): Promise<RunConfig> {
  const document = path === null ? {} : await readDocument(path);
  return decode(RunConfig, overlay(document, flags), path ?? 'train');
}

async function readDocument(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: Error) => {
    throw new ConfigError(`${path}: cannot be read (${error.message})`, undefined, { cause: error });
  });
  try {
    return ['.yaml', '.yml'].includes(extname(path).toLowerCase()) ? parseYaml(text) : JSON.parse(text);
  } catch (error) {
    throw new ConfigError(`${path}: cannot be parsed (${(error as Error).message})`, undefined, { cause: error });
  }
}
