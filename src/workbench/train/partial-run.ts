import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DataError } from '../../errors.js';
import type { CheckpointRule } from '../training/checkpoint.js';
import type { TrainOptions } from './train-run.js';

/** Epochs between two checkpoints of a run that was not told. */
const EVERY_EPOCHS = 10;

/**
 * The folder beside a run's own in which its trainings are kept until the run is whole: `OUT.partial`.
 *
 * @param madeWith what has to be the same for a training to go on; asked when it begins
 * @returns null for a run that is not to be kept
 * @throws DataError when there is such a folder and the run was not told to go on with it
 */
export function checkpointsFor(
  { out, checkpoints, progress }: TrainOptions,
  madeWith: CheckpointRule['madeWith'],
): CheckpointRule | null {
  if (checkpoints === undefined) return null;
  const { everyEpochs = EVERY_EPOCHS, resume = false } = checkpoints;
  const dir = partialFolder(out);
  const there = existsSync(dir);
  if (there && !resume) {
    throw new DataError(
      `${dir}: holds the checkpoint of a training that was stopped; go on with --resume, or remove the folder to begin anew`,
    );
  }
  if (!there && resume) progress.info(`${dir}: there is no checkpoint, so the training begins at its start`);
  return { dir, everyEpochs, madeWith };
}

/** Removes what only an unfinished run needs. */
export async function forgetCheckpoints({ out, checkpoints }: TrainOptions): Promise<void> {
  if (checkpoints !== undefined) await rm(partialFolder(out), { recursive: true, force: true });
}

function partialFolder(out: string): string {
  return `${resolve(out)}.partial`;
}
