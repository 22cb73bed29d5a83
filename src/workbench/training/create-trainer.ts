import { DataError, InterruptedError } from '../../errors.js';
import { scoring, type Values } from '../../models/nets/module.js';
import type { EpochLosses, Trained, Trainer, TrainingTask } from '../../models/training/training-task.js';
import { Random } from '../../runtime/random.js';
import { tf, type Tensor } from '../../runtime/tf.js';
import { EarlyStopping } from './early-stopping.js';
import { learningRateOf } from './learning-rate.js';
import { optimizerOf, type Optimizer } from './optimizer.js';
import { StepRunner } from './step-runner.js';
import { disposeState, firstState, ratesOf, type StepResult, type TrainingState } from './training-step.js';

type Context = Parameters<Trainer>[1];

/** What trains the models: gradient descent by their rules, epoch by epoch, with losses, early stopping and refusals. */
export function createTrainer(): Trainer {
  return async (task, context) => {
    const training = new Training(task, context);
    try {
      return await training.run();
    } finally {
      training.dispose();
    }
  };
}

class Training {
  private readonly optimizer: Optimizer;
  private readonly stopping: EarlyStopping;
  private readonly history: EpochLosses[] = [];
  private readonly steps: number;
  private readonly epochs: number;
  private readonly runner: StepRunner;
  private state: TrainingState;
  private done = 0;

  constructor(
    private readonly task: TrainingTask,
    private readonly context: Context,
  ) {
    const { rule, stepsPerEpoch } = task;
    this.steps = Math.min(rule.max_steps ?? Infinity, rule.epochs * stepsPerEpoch);
    this.epochs = Math.ceil(this.steps / stepsPerEpoch);
    this.optimizer = optimizerOf(rule);
    this.stopping = new EarlyStopping(rule);
    this.state = firstState(task, this.optimizer);
    this.runner = new StepRunner(task, this.optimizer, this.state);
  }

  async run(): Promise<Trained> {
    const { name, heldOut } = this.task;
    const { progress, seed } = this.context;
    const random = new Random(seed);
    progress.start(`training ${name}`, this.steps);
    try {
      for (let epoch = 0; epoch < this.epochs; epoch++) {
        const learningRate = learningRateOf(this.task.rule, epoch, this.epochs);
        const { loss, parts } = await this.epoch(epoch, learningRate, random.fork(`epoch ${epoch}`));
        const held = heldOut === undefined ? null : await this.heldOutLoss(epoch);
        this.history.push({ loss, parts, heldOut: held, learningRate });
        if (held !== null && this.stopping.judge(held, this.result)) break;
      }
    } finally {
      progress.stop();
    }
    const [first, last] = [this.history[0], this.history[this.history.length - 1]];
    progress.info(`loss of the first epoch ${digits(first.loss)}, of the last ${digits(last.loss)}`);
    const { best } = this.stopping;
    const values = tf.tidy(() => copyOf(best ?? this.result));
    await this.requireFinite(values);
    return { values, epochs: this.history };
  }

  dispose(): void {
    disposeState(this.state);
    this.runner.dispose();
    this.stopping.dispose();
  }

  /** What the training would give now; borrowed. */
  private get result(): Values {
    const { values, average, statistics } = this.state;
    return { ...values, ...average, ...statistics };
  }

  private async epoch(
    epoch: number,
    learningRate: number,
    random: Random,
  ): Promise<Pick<EpochLosses, 'loss' | 'parts'>> {
    const sums: Record<string, number> = {};
    let steps = 0;
    for await (const inputs of this.task.batches(epoch, random)) {
      try {
        await new Promise(setImmediate); // signals must arrive
        this.requireRunning();
        const losses = await this.step(inputs, epoch, learningRate);
        for (const [name, loss] of Object.entries(losses)) sums[name] = (sums[name] ?? 0) + loss;
      } finally {
        tf.dispose(inputs);
      }
      steps++;
      this.context.progress.update(this.done);
      if (this.done === this.steps) break;
    }
    if (steps === 0) throw new DataError(`${this.task.name}: there is nothing to train on`);
    const { total, ...parts } = Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / steps]));
    return { loss: total, parts };
  }

  private async step(inputs: Tensor[], epoch: number, learningRate: number): Promise<Record<string, number>> {
    const rates = ratesOf(this.task, this.optimizer, learningRate, this.done + 1);
    let result: StepResult;
    try {
      result = await this.runner.run(this.state, inputs, rates);
    } finally {
      rates.dispose();
    }
    disposeState(this.state);
    this.state = result.state;
    this.done++;
    const { total, parts } = result.loss;
    const losses = await numbersOf({ ...parts, total });
    if (Number.isFinite(losses.total)) return losses;
    throw this.fellApart(`in step ${this.done} (epoch ${epoch + 1}, loss ${losses.total})`, learningRate);
  }

  private async heldOutLoss(epoch: number): Promise<number> {
    let [sum, pictures] = [0, 0];
    for await (const inputs of this.task.heldOut!()) {
      try {
        this.requireRunning();
        const { total } = tf.tidy(() => ({ total: this.task.loss(inputs, scoring(this.result)).total }));
        const losses = await numbersOf({ total });
        sum += inputs[0].shape[0] * losses.total;
        pictures += inputs[0].shape[0];
      } finally {
        tf.dispose(inputs);
      }
    }
    const loss = sum / pictures;
    if (Number.isFinite(loss)) return loss;
    throw this.fellApart(`in epoch ${epoch + 1} (held-out loss ${loss})`, this.task.rule.lr);
  }

  private requireRunning(): void {
    if (this.context.signal?.aborted !== true) return;
    throw new InterruptedError(`${this.task.name}: the training was stopped after ${this.done} of ${this.steps} steps`);
  }

  private async requireFinite(values: Values): Promise<void> {
    const verdict = tf.tidy(() => tf.stack(Object.values(values).map((value) => tf.isFinite(value).all())).all());
    const [finite] = await verdict.data();
    verdict.dispose();
    if (finite === 1) return;
    tf.dispose(values);
    throw this.fellApart('in its last step (values that are not finite)', this.task.rule.lr);
  }

  private fellApart(where: string, learningRate: number): DataError {
    return new DataError(
      `${this.task.name}: training fell apart ${where}; lower training.lr (the rate was ${digits(learningRate)}) or set training.clip_norm`,
    );
  }
}

/** @returns clones, within the caller's tidy scope */
function copyOf(values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.clone()]));
}

/** Reads scalars in one go and disposes them. */
async function numbersOf(scalars: Readonly<Record<string, Tensor>>): Promise<Record<string, number>> {
  const names = Object.keys(scalars);
  const together = tf.stack(Object.values(scalars));
  tf.dispose(scalars);
  const values = await together.data();
  together.dispose();
  return Object.fromEntries(names.map((name, i) => [name, values[i]]));
}

function digits(value: number): string {
  return String(Number(value.toPrecision(4)));
}
