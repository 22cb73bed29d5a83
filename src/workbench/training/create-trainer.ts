import type { EpochLosses, Trainer } from '../../models/training/training-task.js';
import { Checkpoint, type CheckpointRule } from './checkpoint.js';
import { Training } from './training.js';

/** What a training was, for the run folder. */
export interface TrainingLog {
  readonly name: string;
  readonly epochs: readonly EpochLosses[];
}

export interface TrainerOptions {
  /** Where trainings are kept so that they can go on; absent or null = nowhere. */
  readonly checkpoints?: CheckpointRule | null;
  /** Is told of every training that came to its end. */
  readonly onTrained?: (log: TrainingLog) => void;
}

/** What trains the models: gradient descent by their rules, epoch by epoch, with losses, early stopping, checkpoints and refusals. */
export function createTrainer({ checkpoints = null, onTrained }: TrainerOptions = {}): Trainer {
  let trainings = 0;
  return async (task, context) => {
    const index = trainings++;
    const checkpoint = checkpoints === null ? null : await Checkpoint.of(checkpoints, task, index);
    const training = new Training(task, context, checkpoint);
    try {
      const trained = await training.run();
      onTrained?.({ name: task.name, epochs: trained.epochs });
      return trained;
    } finally {
      training.dispose();
    }
  };
}
