import { DataError, InterruptedError } from '../../errors.js';
import { scoring, type Values } from '../../models/nets/module.js';
import type { EpochLosses, Trained, Trainer, TrainingTask } from '../../models/training/training-task.js';
import { Random } from '../../runtime/random.js';
import { tf, type Tensor } from '../../runtime/tf.js';
import type { Checkpoint } from './checkpoint.js';
import { EarlyStopping } from './early-stopping.js';
import { learningRateOf } from './learning-rate.js';
import { optimizerOf, type Optimizer } from './optimizer.js';
import { scalarValues } from './scalar-values.js';
import { StepRunner } from './step-runner.js';
import { needLine, requireMemory, trainingNeed } from './training-need.js';
import { disposeState, firstState, ratesOf, STATE_KINDS, type TrainingState } from './training-step.js';

/** So many steps are worth two that are thrown away, to know what they take. */
const WORTH_A_REHEARSAL = 50;
/** Fewer steps than this leave most networks half trained: on the demo's boards STFPM's image AUROC is .57 after 160 steps and .87 after 560. */
const FEW = 300;

/** The epoch that is under way. */
interface Under {
  epoch: number;
  steps: number;
  sums: Record<string, number>;
}

/** One training from its first step, or from its checkpoint, to its end. */
export class Training {
  private readonly optimizer: Optimizer;
  private readonly steps: number;
  private readonly epochs: number;
  private readonly stopping: EarlyStopping;
  private readonly batchShapes: string[] = [];
  private readonly runner: StepRunner;
  private history: EpochLosses[] = [];
  private under: Under = { epoch: 0, steps: 0, sums: {} };
  private state: TrainingState;
  private done = 0;
  private finished = false;

  /** @param checkpoint where it goes on from and is kept; null = nowhere */
  constructor(
    private readonly task: TrainingTask,
    private readonly context: Parameters<Trainer>[1],
    private readonly checkpoint: Checkpoint | null,
  ) {
    const { rule, stepsPerEpoch } = task;
    this.steps = Math.min(rule.max_steps ?? Infinity, rule.epochs * stepsPerEpoch);
    this.epochs = Math.ceil(this.steps / stepsPerEpoch);
    this.optimizer = optimizerOf(rule);
    this.stopping = new EarlyStopping(rule);
    this.state = firstState(task, this.optimizer);
    this.runner = new StepRunner(task, this.optimizer, this.state, this.batchShapes);
  }

  async run(): Promise<Trained> {
    await this.goOn();
    if (!this.finished) {
      try {
        await this.train();
      } catch (error) {
        throw await this.keptAtStop(error);
      }
      this.finished = true;
      await this.keep();
    }
    const { progress } = this.context;
    const [first, last] = [this.history[0], this.history[this.history.length - 1]];
    progress.info(`loss of the first epoch ${digits(first.loss)}, of the last ${digits(last.loss)}`);
    if (this.runner.why !== null) progress.info(`${this.runner.why}; it ran step by step`);
    const values = clonesOf(this.stopping.best ?? this.result);
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

  private async train(): Promise<void> {
    const { name, heldOut, rule } = this.task;
    const { progress, seed } = this.context;
    const random = new Random(seed);
    if (this.steps < FEW) progress.info(fewLine(this.task, this.steps));
    await this.rehearse(random);
    progress.start(`training ${name}`, this.steps);
    progress.update(this.done);
    try {
      while (this.under.epoch < this.epochs) {
        const { epoch } = this.under;
        const learningRate = learningRateOf(rule, epoch, this.epochs);
        await this.walkEpoch(random.fork(`epoch ${epoch}`), learningRate);
        const held = heldOut === undefined ? null : await this.heldOutLoss(learningRate);
        const { total, ...parts } = meansOf(this.under);
        this.history.push({ loss: total, parts, heldOut: held, learningRate });
        this.under = { epoch: epoch + 1, steps: 0, sums: {} };
        if (held !== null && this.stopping.judge(held, this.result)) return;
        if (this.checkpoint?.isDue(epoch) === true) await this.keep();
      }
    } finally {
      progress.stop();
    }
  }

  /** Takes the first step twice and throws it away: what the training takes is told, and refused where it is too much, before it begins. */
  private async rehearse(random: Random): Promise<void> {
    const { name, rule, heldOut } = this.task;
    const left = this.steps - this.done;
    if (left < WORTH_A_REHEARSAL && rule.total_memory_mb === null) return;
    const { epoch } = this.under;
    const rates = ratesOf(this.task, this.optimizer, learningRateOf(rule, epoch, this.epochs), this.done + 1);
    try {
      for await (const inputs of this.task.batches(epoch, random.fork(`epoch ${epoch}`))) {
        try {
          // A graph may be made in the first.
          const need = trainingNeed(this.state, (await this.tried(inputs, rates)).heldBytes, heldOut !== undefined);
          requireMemory(name, need, rule.total_memory_mb);
          const { seconds } = await this.tried(inputs, rates);
          this.context.progress.info(needLine(name, need, left, seconds));
        } finally {
          tf.dispose(inputs);
        }
        break;
      }
    } finally {
      rates.dispose();
    }
  }

  private async tried(inputs: Tensor[], rates: Tensor): Promise<{ heldBytes: number; seconds: number }> {
    await new Promise(setImmediate); // signals must arrive
    this.requireRunning();
    const started = performance.now();
    const { state, loss, heldBytes } = await this.runner.run(this.state, inputs, rates);
    disposeState(state);
    await scalarValues({ ...loss.parts, total: loss.total });
    return { heldBytes, seconds: (performance.now() - started) / 1000 };
  }

  private async walkEpoch(random: Random, learningRate: number): Promise<void> {
    const { under } = this;
    let drawn = 0;
    for await (const inputs of this.task.batches(under.epoch, random)) {
      try {
        await new Promise(setImmediate); // signals must arrive
        this.requireRunning();
        // What a training that goes on has behind it is drawn all the same, so that the rest of the epoch is what it was.
        if (drawn++ < under.steps) continue;
        if (this.done === this.steps) break;
        const losses = await this.step(inputs, learningRate);
        for (const [name, loss] of Object.entries(losses)) under.sums[name] = (under.sums[name] ?? 0) + loss;
        under.steps++;
        this.context.progress.update(this.done, `loss ${digits(losses.total)}`);
      } finally {
        tf.dispose(inputs);
      }
    }
    if (under.steps === 0) throw new DataError(`${this.task.name}: there is nothing to train on`);
  }

  private async step(inputs: Tensor[], learningRate: number): Promise<Record<string, number>> {
    const rates = ratesOf(this.task, this.optimizer, learningRate, this.done + 1);
    const { state, loss } = await this.runner.run(this.state, inputs, rates).finally(() => rates.dispose());
    disposeState(this.state);
    this.state = state;
    this.done++;
    const losses = await scalarValues({ ...loss.parts, total: loss.total });
    if (Number.isFinite(losses.total)) return losses;
    throw this.fellApart(`in step ${this.done} (epoch ${this.under.epoch + 1}, loss ${losses.total})`, learningRate);
  }

  private async heldOutLoss(learningRate: number): Promise<number> {
    let [sum, pictures] = [0, 0];
    for await (const inputs of this.task.heldOut!()) {
      try {
        this.requireRunning();
        const loss = tf.tidy(() => this.task.loss(inputs, scoring(this.result)).total);
        const { total } = await scalarValues({ total: loss });
        sum += inputs[0].shape[0] * total;
        pictures += inputs[0].shape[0];
      } finally {
        tf.dispose(inputs);
      }
    }
    const loss = sum / pictures;
    if (Number.isFinite(loss)) return loss;
    throw this.fellApart(`in epoch ${this.under.epoch + 1} (held-out loss ${loss})`, learningRate);
  }

  private async goOn(): Promise<void> {
    const stored = (await this.checkpoint?.read()) ?? null;
    if (stored === null) return;
    const { standing, tensors } = stored;
    const of = (kind: string) =>
      Object.fromEntries(
        Object.entries(tensors)
          .filter(([name]) => name.startsWith(`${kind}:`))
          .map(([name, tensor]) => [name.slice(kind.length + 1), tensor]),
      );
    const state = Object.fromEntries(STATE_KINDS.map((kind) => [kind, inOrder(of(kind), this.state[kind])]));
    disposeState(this.state);
    this.state = state as unknown as TrainingState;
    const { epoch, steps_of_epoch, sums, early_stopping } = standing;
    this.under = { epoch, steps: steps_of_epoch, sums: { ...sums } };
    this.done = standing.steps;
    this.finished = standing.finished;
    this.history = [...standing.epochs];
    this.batchShapes.push(...standing.batch_shapes);
    this.stopping.restore(early_stopping, of('best'));
    this.context.progress.info(
      `${this.task.name}: goes on after step ${this.done} of ${this.steps}, from ${this.checkpoint!.dir}`,
    );
  }

  private async keep(): Promise<void> {
    if (this.checkpoint === null) return;
    const best = Object.entries(this.stopping.best ?? {}).map(([name, tensor]) => [`best:${name}`, tensor]);
    const state = STATE_KINDS.flatMap((kind) =>
      Object.entries(this.state[kind]).map(([name, tensor]) => [`${kind}:${name}`, tensor]),
    );
    const standing = {
      finished: this.finished,
      epoch: this.under.epoch,
      steps_of_epoch: this.under.steps,
      sums: this.under.sums,
      steps: this.done,
      epochs: this.history,
      early_stopping: this.stopping.standing,
      batch_shapes: this.batchShapes,
    };
    await this.checkpoint.write(standing, Object.fromEntries([...state, ...best]) as Values);
  }

  /** Writes a checkpoint where a training was stopped, and says so. */
  private async keptAtStop(error: unknown): Promise<unknown> {
    if (!(error instanceof InterruptedError) || this.checkpoint === null) return error;
    await this.keep();
    const { dir } = this.checkpoint;
    return new InterruptedError(
      `${this.task.name}: stopped after ${this.done} of ${this.steps} steps; the same command with --resume goes on from ${dir}`,
      error.signal,
    );
  }

  private requireRunning(): void {
    const { signal } = this.context;
    if (signal?.aborted !== true) return;
    const how = signal.reason instanceof InterruptedError ? signal.reason.signal : 'abort';
    throw new InterruptedError(
      `${this.task.name}: the training was stopped after ${this.done} of ${this.steps} steps`,
      how,
    );
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

function meansOf({ sums, steps }: Under): Record<string, number> {
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / steps]));
}

/** What a handful of pictures and the batches of a paper make. */
function fewLine({ name, rule, stepsPerEpoch }: TrainingTask, steps: number): string {
  return (
    `${name}: ${steps} steps are few (${stepsPerEpoch} an epoch, from batches of ${rule.batch_size}); a smaller training.batch_size, or more training.epochs or ` +
    'training.max_steps, trains longer'
  );
}

function clonesOf(values: Values): Values {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.clone()]));
}

/** A file lists tensors by name; a graph is given them in the order in which they began. */
function inOrder(values: Values, example: Values): Values {
  return Object.fromEntries(Object.keys(example).map((name) => [name, values[name]]));
}

function digits(value: number): string {
  return String(Number(value.toPrecision(4)));
}
