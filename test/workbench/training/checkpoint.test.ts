import { expect } from 'chai';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '../../../src/config/codec.js';
import { TrainingRule } from '../../../src/config/training-rule.js';
import { DataError, InterruptedError } from '../../../src/errors.js';
import { batchNorm } from '../../../src/models/nets/batch-norm.js';
import { convolution } from '../../../src/models/nets/convolution.js';
import { begin, plain } from '../../../src/models/nets/module.js';
import { sequence } from '../../../src/models/nets/sequence.js';
import type { Trained, TrainingTask } from '../../../src/models/training/training-task.js';
import { silent } from '../../../src/runtime/progress.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Scalar, type Tensor4D } from '../../../src/runtime/tf.js';
import { createTrainer } from '../../../src/workbench/training/create-trainer.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';

const net = sequence([
  convolution({ name: 'in', from: 1, to: 2, size: 3, bias: false }),
  batchNorm('norm', 2),
  plain((x) => tf.relu(x)),
  convolution({ name: 'out', from: 2, to: 1, size: 3 }),
]);

const picture = (random: Random, n: number): Tensor4D =>
  tf.tensor(
    Float32Array.from({ length: n * 16 }, () => random.uniform()),
    [n, 4, 4, 1],
  ) as Tensor4D;

/** Three steps an epoch, the last on a single picture; everything that can be carried on is. */
function taskOf(rule: object = {}, seed = 1): TrainingTask {
  const kept = { epochs: 4, scheduler_name: 'cosine', ema_decay: 0.9, clip_norm: 1, early_stopping_patience: 3 };
  return {
    name: 'toy',
    rule: decode(TrainingRule, { ...kept, ...rule }, 'training'),
    start: begin(net.trained, new Random(seed)),
    statistics: begin(net.statistics, new Random(seed)),
    stepsPerEpoch: 3,
    async *batches(_, random) {
      for (const n of [3, 3, 1]) yield [picture(random, n)];
    },
    async *heldOut() {
      yield [picture(new Random(9), 2)];
    },
    loss: ([x], pass) =>
      tf.tidy(() => ({
        total: net
          .apply(x as Tensor4D, pass)
          .sub(x)
          .square()
          .mean() as Scalar,
        parts: {},
      })),
  };
}

const context = { seed: 3, progress: silent };
const rule = (dir: string, everyEpochs = 2, data = 'a') => ({ dir, everyEpochs, madeWith: () => ({ data }) });

async function bytesOf({ values, epochs }: Trained): Promise<unknown> {
  const read = Object.entries(values).map(async ([name, value]) => [name, Array.from(await value.data())] as const);
  const all = Object.fromEntries(await Promise.all(read));
  tf.dispose(values);
  return { all, epochs };
}

onEveryBackend('checkpoints', () => {
  let dir: string;
  beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'imgano-checkpoint-'))));
  afterEach(() => rmSync(dir, { recursive: true }));

  const stoppedAt = async (step: number) => {
    const stop = new AbortController();
    const progress = { ...silent, update: (done: number) => done === step && stop.abort() };
    const trainer = createTrainer({ checkpoints: rule(dir) });
    return trainer(taskOf(), { ...context, progress, signal: stop.signal }).catch((e: unknown) => e);
  };

  for (const step of [1, 5, 6, 11]) {
    it(
      `a training that was stopped after step ${step} goes on to the same bits`,
      leavesNoTensors(async () => {
        const want = await bytesOf(await createTrainer()(taskOf(), context));
        const error = await stoppedAt(step);
        expect(error).to.be.instanceOf(InterruptedError);
        expect((error as Error).message).to.equal(
          `toy: stopped after ${step} of 12 steps; the same command with --resume goes on from ${dir}`,
        );
        expect(readdirSync(dir).sort()).to.deep.equal([`training-0-step-${step}.safetensors`, 'training-0.json']);
        expect(await bytesOf(await createTrainer({ checkpoints: rule(dir) })(taskOf(), context))).to.deep.equal(want);
        // and once it has come to its end, nothing is trained again
        const idle = { ...silent, start: () => expect.fail('it trains again') };
        const again = createTrainer({ checkpoints: rule(dir) });
        expect(await bytesOf(await again(taskOf(), { ...context, progress: idle }))).to.deep.equal(want);
      }),
    );
  }

  it(
    'what was made with something else is refused by name',
    leavesNoTensors(async () => {
      await stoppedAt(2);
      for (const [what, task, data] of [
        ['data', taskOf(), 'b'],
        ['training rule', taskOf({ lr: 0.5 }), 'a'],
        ['start of the network', taskOf({}, 2), 'a'],
      ] as const) {
        const trainer = createTrainer({ checkpoints: rule(dir, 2, data) });
        const error = await trainer(task, context).catch((e: unknown) => e);
        expect(error).to.be.instanceOf(DataError);
        expect((error as Error).message).to.contain(`${dir}: the checkpoint was made with another ${what}, so`);
      }
    }),
  );

  it(
    'a second training of the same fit has a place of its own',
    leavesNoTensors(async () => {
      const trainer = createTrainer({ checkpoints: rule(dir) });
      await bytesOf(await trainer(taskOf({ epochs: 1 }), context));
      await bytesOf(await trainer(taskOf({ epochs: 2 }), context));
      expect(readdirSync(dir).filter((name) => name.endsWith('.json'))).to.deep.equal([
        'training-0.json',
        'training-1.json',
      ]);
    }),
  );
});
