import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { parse as parseYaml } from 'yaml';
import { decode } from '../../config/codec.js';
import { layDefects } from '../../config/lay-defects.js';
import { layTiling } from '../../config/lay-tiling.js';
import { overlay } from '../../config/overlay.js';
import { DEFAULT_RECIPE, RunConfig } from '../../config/run-config.js';
import { ConfigError } from '../../errors.js';
import { presetSection } from '../../inference/preset-section.js';
import { findRecipe } from '../recipes/find-recipe.js';
import { layRecipe } from '../recipes/lay-recipe.js';

/**
 * Reads a run config (JSON, or YAML by its ending), lays it over its recipe and the flags over it. `defects.preset` of the file names a preset
 * that the other keys of its `defects` section beat.
 *
 * @param path null when everything comes from flags
 * @param flags in the shape of the document, but keys of `adaptation.tiling` as `tiling`
 * @throws ConfigError with every problem and its path
 */
export async function readRunConfig(path: string | null, flags: Record<string, unknown>): Promise<RunConfig> {
  const read = path === null ? {} : await readDocument(path);
  const { defects: over, tiling, ...others } = flags as Record<string, Record<string, unknown> | undefined>;
  const document = overlay(read, others);
  const name = (document as { recipe?: unknown } | null)?.recipe;
  const recipe = findRecipe(name ?? DEFAULT_RECIPE, `${path ?? 'train'}: recipe`);
  const laid = layTiling(
    layRecipe(recipe, document, hasTiles(document) || hasTiles({ adaptation: { tiling } })),
    tiling,
  );
  const defects = layDefects(withPreset(laid?.defects, path ?? `recipe "${recipe.name}"`), over);
  return decode(RunConfig, defects === undefined ? laid : { ...laid, defects }, path ?? 'train');
}

function hasTiles(document: unknown): boolean {
  const tiling = (document as { adaptation?: { tiling?: { tile_size?: unknown } | null } } | null)?.adaptation?.tiling;
  return tiling === null || (tiling?.tile_size ?? null) !== null;
}

function withPreset(section: unknown, path: string): unknown {
  if (typeof section !== 'object' || section === null || !('preset' in section)) return section;
  const { preset, ...keys } = section;
  return layDefects(presetSection(preset as string, `${path}: defects.preset`), keys);
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
