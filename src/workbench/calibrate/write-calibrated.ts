import { existsSync } from 'node:fs';
import { cp, realpath } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { InferConfig } from '../../config/infer-config.js';
import { writeFileWhole } from '../../data/write-whole.js';
import { ConfigError } from '../../errors.js';
import { canonicalJson } from '../../inference/records/canonical-json.js';
import { writeRunFolder } from '../train/run-folder.js';

/**
 * Refuses a place that a config cannot be written to: its paths lead to files below its own folder.
 *
 * @param out a `.json` file, or a folder
 * @param file the document that is calibrated anew
 */
export async function checkPlace(out: string, file: string): Promise<void> {
  if (existsSync(out)) throw new ConfigError(`${out}: exists already; choose another name`);
  if (!out.endsWith('.json')) return;
  const beside = await realpath(dirname(resolve(file)));
  const chosen = await realpath(dirname(resolve(out))).catch(() => null);
  if (chosen === beside) return;
  throw new ConfigError(
    `${out}: a config names its model relative to itself, so write it into ${dirname(file)}, or name a new folder, to which the model is copied`,
  );
}

/** Writes the config, with copies of everything that it names where it goes into a folder of its own; gives its path. */
export async function writeCalibrated(out: string, file: string, config: InferConfig): Promise<string> {
  const text = `${canonicalJson(config, 2)}\n`;
  if (out.endsWith('.json')) {
    await writeFileWhole(out, text);
    return out;
  }
  const from = dirname(resolve(file));
  const named = [config.checkpoint?.path, config.reference_dir, config.defects.roi_mask_path];
  await writeRunFolder(out, async (dir) => {
    for (const path of named) {
      if (typeof path !== 'string') continue;
      const at = resolve(from, path);
      if (existsSync(at)) await cp(at, join(dir, path), { recursive: true });
    }
    await writeFileWhole(join(dir, 'infer_config.json'), text);
  });
  return join(out, 'infer_config.json');
}
