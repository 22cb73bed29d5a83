import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { TrainingRule } from '../../../src/config/training-rule.js';
import { batchNorm } from '../../../src/models/nets/batch-norm.js';
import { convolution } from '../../../src/models/nets/convolution.js';
import { begin, plain } from '../../../src/models/nets/module.js';
import { sequence } from '../../../src/models/nets/sequence.js';
import type { TrainingTask } from '../../../src/models/training/training-task.js';
import { currentNative } from '../../../src/runtime/compile/native.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Scalar, type Tensor, type Tensor4D } from '../../../src/runtime/tf.js';
import { optimizerOf } from '../../../src/workbench/training/optimizer.js';
import { StepRunner } from '../../../src/workbench/training/step-runner.js';
import {
  disposeState,
  firstState,
  ratesOf,
  trainingStep,
  type TrainingState,
} from '../../../src/workbench/training/training-step.js';
import { leavesNoTensors, onSynchronousBackends } from '../../support/backends.js';
import { worst } from '../../support/worst.js';

const net = sequence([
  convolution({ name: 'in', from: 3, to: 4, size: 3, bias: false }), // its gradient would be rounding alone
  batchNorm('norm', 4),
  plain((x) => tf.relu(x)),
  convolution({ name: 'out', from: 4, to: 3, size: 3 }),
]);

function taskOf(loss?: TrainingTask['loss']): TrainingTask {
  const training = { optimizer_name: 'adamw', weight_decay: 0.1, clip_norm: 1, ema_decay: 0.9 };
  return {
    name: 'toy',
    rule: decode(TrainingRule, training, 'training'),
    start: begin(net.trained, new Random(1)),
    statistics: begin(net.statistics, new Random(1)),
    stepsPerEpoch: 1,
    // eslint-disable-next-line require-yield -- steps are run one by one here
    async *batches() {
      throw new Error('not walked');
    },
    loss:
      loss ??
      (([x], pass) =>
        tf.tidy(() => {
          const total = net
            .apply(x as Tensor4D, pass)
            .sub(x)
            .square()
            .mean() as Scalar;
          return { total, parts: { root: total.sqrt() as Scalar } };
        })),
  };
}

const picture = (n: number): Tensor => {
  const random = new Random(n);
  return tf.tensor(
    Float32Array.from({ length: n * 108 }, () => random.uniform()),
    [n, 6, 6, 3],
  );
};

const all = (state: TrainingState) => ({ ...state.values, ...state.statistics, ...state.slots, ...state.average });

onSynchronousBackends('the runner of training steps', () => {
  it(
    'gives what the plain steps give, for batches of two shapes',
    leavesNoTensors(async () => {
      const task = taskOf();
      const optimizer = optimizerOf(task.rule);
      let state = firstState(task, optimizer);
      const shapes: string[] = [];
      const runner = new StepRunner(task, optimizer, state, shapes);
      for (const [k, n] of [2, 2, 1, 2].entries()) {
        const [x, rates] = [picture(n), ratesOf(task, optimizer, 0.01, k + 1)];
        const got = await runner.run(state, [x], rates);
        const want = trainingStep(task, optimizer, state, [x], rates);
        for (const [name, tensor] of Object.entries(all(want.state))) {
          expect(worst(await all(got.state)[name].data(), await tensor.data()), name).to.be.below(1e-4);
        }
        expect(Object.keys(got.loss.parts)).to.deep.equal(['root']);
        expect((await got.loss.parts.root.data())[0] ** 2).to.be.closeTo((await want.loss.total.data())[0], 1e-5);
        disposeState(want.state);
        disposeState(state);
        tf.dispose([x, rates, want.loss.total, want.loss.parts, got.loss.total, got.loss.parts]);
        state = got.state;
      }
      expect(runner.why).to.equal(null);
      expect(shapes).to.have.length(2);
      disposeState(state);
      runner.dispose();
    }),
  );

  it(
    'says why a step runs plain, and runs it',
    leavesNoTensors(async () => {
      const task = taskOf(([x], pass) => {
        const y = net.apply(x as Tensor4D, pass);
        y.dataSync();
        return { total: y.square().mean() as Scalar };
      });
      const optimizer = optimizerOf(task.rule);
      const state = firstState(task, optimizer);
      const runner = new StepRunner(task, optimizer, state, []);
      const [x, rates] = [picture(1), ratesOf(task, optimizer, 0.01, 1)];
      const { state: next, loss } = await runner.run(state, [x], rates);
      if (currentNative() === null) expect(runner.why).to.equal(null);
      else expect(runner.why).to.match(/^toy: a training step: cannot be compiled because it reads a tensor/);
      expect((await loss.total.data())[0]).to.be.above(0);
      disposeState(state);
      disposeState(next);
      tf.dispose([x, rates, loss.total, loss.parts]);
      runner.dispose();
    }),
  );
});
