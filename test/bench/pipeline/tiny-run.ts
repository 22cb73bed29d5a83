import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from '../../../src/config/codec.js';
import { RunConfig } from '../../../src/config/run-config.js';
import { encodePng } from '../../../src/data/encode.js';
import { built } from './built.js';

/** Trains the smallest PatchCore on square RGB pictures, as `run` in the folder. */
export async function trainTiny(dir: string, side: number, pictures: readonly Uint8Array[]): Promise<void> {
  mkdirSync(join(dir, 'train', 'good'), { recursive: true });
  for (const [i, data] of pictures.slice(0, 16).entries()) {
    writeFileSync(
      join(dir, 'train', 'good', `${i}.png`),
      await encodePng({ width: side, height: side, channels: 3, data }),
    );
  }
  const model = { name: 'vision_patchcore', model_kwargs: { max_bank: 50 } };
  const config = decode(RunConfig, { dataset: { root: dir }, model, defects: { enabled: true } }, 'bench');
  const { trainRun } = await built.train();
  const { openWeightsStore } = await built.weights();
  const { silent } = await built.progress();
  await trainRun(config, { out: join(dir, 'run'), weights: openWeightsStore(), progress: silent });
}
