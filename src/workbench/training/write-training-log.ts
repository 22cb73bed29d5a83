import { join } from 'node:path';
import { renderSvg } from '../../data/render-svg.js';
import { writeFileWhole } from '../../data/write-whole.js';
import { canonicalJson } from '../../inference/records/canonical-json.js';
import { standaloneSvg } from '../report/standalone-svg.js';
import { lossChart } from './loss-chart.js';
import type { TrainingLog } from './create-trainer.js';

/**
 * Writes what the trainings of a fit were into a run folder: `training.json`, and the losses as `loss.svg` and `loss.png` (`loss-2.svg` and so
 * on for further ones).
 */
export async function writeTrainingLog(dir: string, logs: readonly TrainingLog[]): Promise<void> {
  const trainings = logs.map(({ name, epochs }) => ({
    name,
    epochs: epochs.map(({ loss, parts, heldOut, learningRate }, i) => ({
      ...{ epoch: i + 1, loss, parts },
      ...{ held_out: heldOut, learning_rate: learningRate },
    })),
  }));
  await writeFileWhole(join(dir, 'training.json'), `${canonicalJson({ schema_version: 1, trainings }, 2)}\n`);
  for (const [i, { name, epochs }] of logs.entries()) {
    const svg = standaloneSvg(lossChart(name, epochs));
    const stem = i === 0 ? 'loss' : `loss-${i + 1}`;
    await writeFileWhole(join(dir, `${stem}.svg`), svg);
    await writeFileWhole(join(dir, `${stem}.png`), await renderSvg(svg));
  }
}
