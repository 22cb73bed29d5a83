import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { TrainingRule } from '../../../src/config/training-rule.js';
import { tf, type Scalar, type Tensor } from '../../../src/runtime/tf.js';
import { clipGradients } from '../../../src/workbench/training/clip-gradients.js';
import { optimizerOf } from '../../../src/workbench/training/optimizer.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { worst } from '../../support/worst.js';

const start = [0.5, -1.25, 2];
const slopes = [
  [0.1, -2, 0.003],
  [0.4, 1, -0.002],
  [-0.2, 0.5, 0.001],
  [0.05, -0.75, 0.004],
];
const learningRates = [0.01, 0.01, 0.005, 0.002];

/** The loops of torch's documentation and, for `stable_adamw`, of its paper, in double precision. */
function reference({ optimizer_name, momentum, beta1, beta2, eps, weight_decay }: TrainingRule): number[] {
  const decoupled = optimizer_name.endsWith('adamw');
  const states = start.map((p) => ({ p, m: 0, v: 0 }));
  slopes.forEach((all, k) => {
    const [lr, t] = [learningRates[k], k + 1];
    const steps = states.map((state, i) => {
      if (decoupled) state.p -= lr * weight_decay * state.p;
      const g = all[i] + (decoupled ? 0 : weight_decay * state.p);
      if (optimizer_name === 'sgd') {
        state.m = k === 0 ? g : momentum * state.m + g;
        return { change: lr * state.m, growth: 0 };
      }
      state.m = beta1 * state.m + (1 - beta1) * g;
      state.v = beta2 * state.v + (1 - beta2) * g * g;
      const spread = Math.sqrt(state.v) / Math.sqrt(1 - beta2 ** t) + eps;
      return { change: ((lr / (1 - beta1 ** t)) * state.m) / spread, growth: g / spread };
    });
    const growth = Math.sqrt(steps.reduce((sum, step) => sum + step.growth ** 2, 0) / steps.length);
    const slower = optimizer_name === 'stable_adamw' ? Math.max(1, growth) : 1;
    states.forEach((state, i) => (state.p -= steps[i].change / slower));
  });
  return states.map(({ p }) => p);
}

onEveryBackend('the optimizers', () => {
  const rules = (['adam', 'adamw', 'stable_adamw', 'sgd'] as const).flatMap((optimizer_name) => [
    { optimizer_name },
    { optimizer_name, weight_decay: 0.3, momentum: 0, beta1: 0.5, beta2: 0.9, eps: 0.01 },
    { optimizer_name, weight_decay: 0.3 },
  ]);
  for (const part of rules) {
    it(
      `${JSON.stringify(part)} steps as its formula says`,
      leavesNoTensors(async () => {
        const rule = decode(TrainingRule, part, 'training');
        const optimizer = optimizerOf(rule);
        let held: Tensor[] = [tf.tensor1d(start), ...optimizer.slots.map(() => tf.zeros([start.length]))];
        slopes.forEach((slope, k) => {
          const next = tf.tidy(() => {
            const rates = optimizer.rates(learningRates[k], k + 1).map((rate) => tf.scalar(rate)) as Scalar[];
            return optimizer.update(held[0], tf.tensor1d(slope), held.slice(1), rates);
          });
          tf.dispose(held);
          held = next;
        });
        expect(worst(await held[0].data(), reference(rule))).to.be.below(1e-6);
        tf.dispose(held);
      }),
    );
  }

  it(
    "clips as torch's clip_grad_norm_",
    leavesNoTensors(async () => {
      const gradients = [tf.tensor1d([3, 0]), tf.tensor2d([[4], [12]])];
      for (const [most, factor] of [
        [6.5, 6.5 / (13 + 1e-6)],
        [20, 1],
      ]) {
        const clipped = tf.tidy(() => clipGradients(gradients, most));
        expect(worst(await clipped[0].data(), [3 * factor, 0])).to.be.below(1e-6);
        expect(worst(await clipped[1].data(), [4 * factor, 12 * factor])).to.be.below(1e-6);
        tf.dispose(clipped);
      }
      tf.dispose(gradients);
    }),
  );
});
