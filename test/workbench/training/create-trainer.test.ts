import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { TrainingRule } from '../../../src/config/training-rule.js';
import { ConfigError, DataError, InterruptedError } from '../../../src/errors.js';
import type { Values } from '../../../src/models/nets/module.js';
import type { TrainingTask } from '../../../src/models/training/training-task.js';
import { silent } from '../../../src/runtime/progress.js';
import { type Random } from '../../../src/runtime/random.js';
import { tf, type Scalar, type Tensor, type Tensor2D } from '../../../src/runtime/tf.js';
import { createTrainer } from '../../../src/workbench/training/create-trainer.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';

const truth = [1.5, -2, 0.5];

/** Finds a line through points that lie on one; counts its steps in a statistic. */
function lineTask(rule: object, change: Partial<TrainingTask> = {}, extra: Values = {}): TrainingTask {
  const batchOf = (random: Random, size: number): Tensor[] => {
    const rows = Array.from({ length: size }, () => truth.map(() => random.normal()));
    const targets = rows.map((row) => [row.reduce((sum, x, i) => sum + x * truth[i], 0)]);
    return [tf.tensor2d(rows), tf.tensor2d(targets)];
  };
  return {
    name: 'line',
    rule: decode(TrainingRule, { lr: 0.1, optimizer_name: 'adam', ...rule }, 'training'),
    start: { slope: tf.zeros([3, 1]), ...extra },
    statistics: { steps: tf.zeros([1]) },
    stepsPerEpoch: 4,
    async *batches(_, random) {
      for (let i = 0; i < 4; i++) yield batchOf(random, i === 3 ? 1 : 5);
    },
    loss: ([x, y], pass) =>
      tf.tidy(() => {
        if (pass.training) pass.carry('steps', pass.values.steps.add(1));
        const total = (x as Tensor2D)
          .matMul(pass.values.slope as Tensor2D)
          .sub(y)
          .square()
          .mean() as Scalar;
        return { total, parts: { root: total.sqrt() as Scalar } };
      }),
    ...change,
  };
}

const context = { seed: 3, progress: silent };

onEveryBackend('the trainer', () => {
  it(
    'finds what was to be learned, and tells every epoch',
    leavesNoTensors(async () => {
      const { values, epochs } = await createTrainer()(lineTask({ epochs: 30, scheduler_name: 'cosine' }), context);
      const slope = await values.slope.data();
      truth.forEach((want, i) => expect(slope[i]).to.be.closeTo(want, 0.05));
      expect(await values.steps.data()).to.deep.equal(Float32Array.of(120));
      expect(epochs).to.have.length(30);
      expect(epochs[29].loss).to.be.below(epochs[0].loss / 100);
      expect(epochs[0].parts.root).to.be.above(epochs[29].parts.root);
      expect(epochs[0].heldOut).to.equal(null);
      expect(epochs[0].learningRate).to.equal(0.1);
      expect(epochs[15].learningRate).to.be.closeTo(0.05, 1e-12);
      tf.dispose(values);
    }),
  );

  it(
    'gives the same values for the same seed, and others for another',
    leavesNoTensors(async () => {
      const results = [];
      for (const seed of [1, 1, 2]) {
        const { values } = await createTrainer()(lineTask({ epochs: 2, ema_decay: 0.9, clip_norm: 1 }), {
          ...context,
          seed,
        });
        results.push(Array.from(await values.slope.data()));
        tf.dispose(values);
      }
      expect(results[1]).to.deep.equal(results[0]);
      expect(results[2]).to.not.deep.equal(results[0]);
    }),
  );

  it(
    'says before it begins what memory and how much time it will take, and changes nothing by trying',
    leavesNoTensors(async () => {
      const lines: string[] = [];
      const progress = { ...silent, info: (line: string) => void lines.push(line) };
      const long = { epochs: 13, ema_decay: 0.9 };
      const { values } = await createTrainer()(lineTask(long), { ...context, progress });
      const { values: same } = await createTrainer()(lineTask({ ...long, total_memory_mb: 1e6 }), context);
      expect(lines[0]).to.equal(
        'line: 52 steps are few (4 an epoch, from batches of 8); a smaller training.batch_size, or more training.epochs or ' +
          'training.max_steps, trains longer',
      );
      expect(lines[1]).to.match(
        /^line: 3 values to learn; about 0\.0 MB for a step \(0\.0 MB of it for gradients\) beside [\d.]+ MB of pictures and fixed weights; 52 steps take about \S+ s$/,
      );
      expect(Array.from(await same.slope.data())).to.deep.equal(Array.from(await values.slope.data()));
      lines.length = 0;
      const { values: longer } = await createTrainer()(lineTask({ epochs: 75 }), { ...context, progress });
      expect(lines[0]).to.match(/; 300 steps take about /);
      tf.dispose([values, same, longer]);
    }),
  );

  it(
    'refuses a training that takes more memory than it may, before its first step',
    leavesNoTensors(async () => {
      const lines: string[] = [];
      const progress = { ...silent, start: (line: string) => void lines.push(line) };
      const big = lineTask({ total_memory_mb: 1e-5 });
      const error = await createTrainer()(big, { ...context, progress }).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(ConfigError);
      expect((error as Error).message).to.match(
        /^line: the training takes about \d+ MB \(0\.0 MB of it for the gradients of a step\), more than training\.total_memory_mb 0\.00001 allows; lower /,
      );
      expect(lines).to.deep.equal([]);
    }),
  );

  it(
    'stops after max_steps, within an epoch',
    leavesNoTensors(async () => {
      const { values, epochs } = await createTrainer()(lineTask({ max_steps: 6 }), context);
      expect(epochs).to.have.length(2);
      expect((await values.steps.data())[0]).to.equal(6);
      tf.dispose(values);
    }),
  );

  it(
    'keeps the values with the lowest held-out loss, and stops when it gets no better',
    leavesNoTensors(async () => {
      // sets off in the right direction and then leaves it behind
      const heldOut = async function* () {
        yield [tf.tensor2d([[1, 0, 0]]), tf.tensor2d([[0.45]])];
      };
      const rule = { epochs: 50, early_stopping_patience: 3, lr: 0.02 };
      const { values, epochs } = await createTrainer()(lineTask(rule, { heldOut }), context);
      const losses = epochs.map((one) => one.heldOut!);
      const best = losses.indexOf(Math.min(...losses));
      expect(best).to.be.within(1, epochs.length - 2);
      expect(epochs).to.have.length(best + 4);
      expect((await values.steps.data())[0]).to.equal(4 * (best + 1));
      tf.dispose(values);
    }),
  );

  it(
    'says where the loss stopped being a number, and what to do',
    leavesNoTensors(async () => {
      const rule = { lr: 1e25, optimizer_name: 'sgd', epochs: 9 };
      const error = await createTrainer()(lineTask(rule), context).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(DataError);
      expect((error as Error).message).to.match(
        /^line: training fell apart in step [23] \(epoch 1, loss \w+\); lower training\.lr \(the rate was 1e\+25\)/,
      );
    }),
  );

  it(
    'stops when it is told to',
    leavesNoTensors(async () => {
      const stop = new AbortController();
      const progress = { ...silent, update: (done: number) => done === 5 && stop.abort() };
      const error = await createTrainer()(lineTask({}), { ...context, progress, signal: stop.signal }).catch(
        (e: unknown) => e,
      );
      expect(error).to.be.instanceOf(InterruptedError);
      expect((error as Error).message).to.equal('line: the training was stopped after 5 of 400 steps');
    }),
  );

  it(
    'moves values by their shares of the learning rate, alone as beside others',
    leavesNoTensors(async () => {
      // both lines are sought in the same points, neither knows of the other
      const loss: TrainingTask['loss'] = ([x, y], { values }) =>
        tf.tidy(() => {
          const miss = (slope: Tensor) =>
            (x as Tensor2D)
              .matMul(slope as Tensor2D)
              .sub(y)
              .square()
              .mean();
          return { total: miss(values.slope).add<Scalar>(miss(values.other)) };
        });
      const train = async (lr: number, rateOf?: TrainingTask['rateOf']) => {
        const change = { loss, rateOf };
        const task = lineTask({ lr, epochs: 2, optimizer_name: 'adamw', weight_decay: 0.1 }, change, {
          other: tf.ones([3, 1]),
        });
        const { values } = await createTrainer()(task, context);
        const read = await Promise.all([values.slope.data(), values.other.data()]);
        tf.dispose(values);
        return read.map((data) => Array.from(data));
      };
      const [slope, other] = await train(0.1, (name) => (name === 'other' ? 0.5 : 1));
      expect(slope).to.deep.equal((await train(0.1))[0]);
      expect(other).to.deep.equal((await train(0.05))[1]);
      expect(other).to.not.deep.equal((await train(0.1))[1]);
    }),
  );

  it(
    'refuses values that the loss does not use',
    leavesNoTensors(async () => {
      const error = await createTrainer()(lineTask({}, {}, { idle: tf.zeros([1]) }), context).catch((e: unknown) => e);
      expect((error as Error).message).to.equal('training: the loss does not depend on idle');
    }),
  );
});
