import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { RunConfig } from '../../config/run-config.js';
import { datasetName } from './run-report.js';

/** Where runs go that were not given a place. */
const RUNS_FOLDER = 'runs';

/**
 * A folder for a run that was given none: `runs/20260131_235959_part-a_industrial-adapt_vision_patchcore`, with the category at the end where there is
 * one, and `_001` and so on where that is taken.
 *
 * @param now the time in its name, which is UTC
 */
export function runFolderFor(config: RunConfig, now: Date): string {
  const time = now.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '_');
  const { dataset, recipe, model } = config;
  const parts = [datasetName(dataset.root), recipe, model.name, dataset.category ?? ''].filter((part) => part !== '');
  const name = [time, ...parts.map(asFileName)].join('_');
  const taken = (candidate: string) => existsSync(join(RUNS_FOLDER, candidate));
  let chosen = name;
  for (let i = 1; taken(chosen); i++) chosen = `${name}_${String(i).padStart(3, '0')}`;
  return join(RUNS_FOLDER, chosen);
}

/** Letters and digits of any script stay. */
function asFileName(text: string): string {
  return text.replace(/[^\p{L}\p{N}._-]+/gu, '-');
}
