import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findDefects } from '../../src/defects/find-defects.js';
import { tf } from '../../src/runtime/tf.js';
import { configOfGolden } from '../../test/support/golden-defects.js';
import { readNpy } from '../../test/support/npy.js';

/** The golden cases that have a result. */
export function goldenCases(root: string): string[] {
  return readdirSync(root).filter((id) => existsSync(join(root, id, 'regions.json')));
}

/** Whether the defects stages give a golden case's mask and regions. @returns what differs, or null */
export async function checkGolden(folder: string): Promise<string | null> {
  const json = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const expected = json('regions.json');
  if (expected.error !== undefined) return null; // a refusal, in which no tensor takes part
  const { config } = json('config.json');
  const { data, shape } = readNpy(join(folder, 'map.npy'));
  const map = tf.tensor2d(data as Float32Array, shape as [number, number]);
  try {
    const options = { config: configOfGolden(config), pixelThreshold: config.pixel_threshold, semantics: 1 } as const;
    const { mask, regions } = await findDefects(map, options);
    const wanted = readNpy(join(folder, 'mask.npy')).data;
    const pixels = mask.data.filter((value, i) => value !== Number(wanted[i]) / 255).length;
    if (pixels > 0) return `${pixels} pixels of the mask`;
    const told = (list: typeof regions) => JSON.stringify(list.map(({ id, bbox_xyxy, area }) => [id, bbox_xyxy, area]));
    if (told(regions) !== told(expected.regions)) return 'the regions';
    const apart = regions.map(({ score_max }, i) => Math.abs(score_max - expected.regions[i].score_max));
    return Math.max(0, ...apart) > 2e-6 ? 'the scores of regions' : null;
  } finally {
    map.dispose();
  }
}
