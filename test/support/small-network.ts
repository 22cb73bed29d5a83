import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { saveTensors } from '../../src/models/tensor-file.js';
import { hashedValues } from './hash-weights.js';
import { keyList } from './key-lists.js';

/** A manifest entry of the published kind, and the smallest network that has one. */
export const SMALL_ID = 'mobilenetv3_small_100.lamb_in1k';

/** Writes a checkpoint of that network whose values follow from the names, and are tame. */
export async function writeSmallCheckpoint(path: string): Promise<void> {
  const tensors = keyList('timm/mobilenetv3_small_100').map(({ name, shape }) => {
    const inner = shape.slice(1).reduce((a, b) => a * b, 1);
    const rule = shape.length > 1 ? `sqrt(6/${inner})*s` : /running_var$|\.weight$/.test(name) ? '0.5+u' : '0.2*s';
    return [name, { shape, data: hashedValues({ name, shape, rule }) }] as const;
  });
  await saveTensors(path, Object.fromEntries(tensors));
}

/** Puts an entry beside the checkpoints of a weights folder, where the store finds it. */
export function addEntry(weights: string, entry: { readonly id: string; readonly [key: string]: unknown }): void {
  mkdirSync(join(weights, 'manifest'), { recursive: true });
  writeFileSync(join(weights, 'manifest', `${entry.id}.json`), JSON.stringify(entry));
}
