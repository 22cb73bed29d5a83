import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { trainingRule } from '../../../src/config/training-rule.js';
import { begin, scoring, type Values } from '../../../src/models/nets/module.js';
import { rowAutoencoder } from '../../../src/models/one-class/core-autoencoder.js';
import { rowSphere } from '../../../src/models/one-class/core-deep-svdd.js';
import { Random } from '../../../src/runtime/random.js';
import { silent } from '../../../src/runtime/progress.js';
import { tf, type Tensor, type Tensor4D } from '../../../src/runtime/tf.js';
import { createTrainer } from '../../../src/workbench/training/create-trainer.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { expectGradients } from '../../support/gradient-check.js';
import { worst } from '../../support/worst.js';

/** What numpy gives in float64; the formulas stand in the file. */
const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../golden/one-class/hypersphere.json'), 'utf8'),
) as {
  rows: number[][][][];
  w1: number[][];
  w2: number[][];
  radius: number;
  nu: number;
  center: number[];
  squared: number[][][];
  one_class: number;
  soft: number;
  next_radius: number;
};

const sphere = { hidden: [3, 2], nu: golden.nu, warm_up_epochs: 2 };
const oneClass = rowSphere(4, { ...sphere, objective: 'one-class' });
const soft = rowSphere(4, { ...sphere, objective: 'soft-boundary' });
const METHODS = { 'one-class': oneClass, 'soft-boundary': soft, autoencoder: rowAutoencoder(4, [3, 2]) };

const rowsOf = () => tf.tensor4d(golden.rows);
async function* once(rows: Tensor4D): AsyncIterable<Tensor4D> {
  yield rows.clone();
}

onEveryBackend('models of rows', () => {
  it(
    'centre, distances, losses and the next radius of Deep SVDD are those of numpy',
    leavesNoTensors(async () => {
      const rows = rowsOf();
      const weights = { 'layers.0.weight': tf.tensor2d(golden.w1), 'layers.1.weight': tf.tensor2d(golden.w2) };
      const fixed = await oneClass.fix!(once(rows), weights);
      expect(worst(await fixed.center.data(), golden.center)).to.be.below(1e-5);
      const squared = oneClass.score(rows, scoring({ ...weights, ...fixed }));
      expect(worst(await squared.data(), golden.squared.flat(2))).to.be.below(1e-5);
      const radius = tf.tensor1d([golden.radius]);
      for (const [epoch, next] of [
        [1, golden.radius],
        [2, golden.next_radius],
      ]) {
        const inputs = soft.inputs!(epoch);
        const [total, carried] = tf.tidy(() => {
          const all: Tensor[] = [];
          const values = { ...weights, ...fixed, radius };
          const loss = soft.loss(rows, inputs, { values, training: true, carry: (_, value) => void all.push(value) });
          return [loss.total, all[0]];
        });
        expect((await total.data())[0]).to.be.closeTo(golden.soft, 1e-5);
        expect((await carried.data())[0]).to.be.closeTo(next, 1e-5);
        tf.dispose([inputs, total, carried]);
      }
      const plain = tf.tidy(() => oneClass.loss(rows, [], scoring({ ...weights, ...fixed })).total);
      expect((await plain.data())[0]).to.be.closeTo(golden.one_class, 1e-5);
      tf.dispose([rows, weights, squared, radius, plain, ...Object.values(fixed)]);
    }),
  );

  for (const [name, method] of Object.entries(METHODS)) {
    it(
      `${name}: the loss has the gradients of finite differences, and falls`,
      leavesNoTensors(async () => {
        const rows = rowsOf();
        const start = begin(method.trained, new Random(4));
        const statistics = begin(method.statistics, new Random(4));
        const fixed = (await method.fix?.(once(rows), { ...start, ...statistics })) ?? {};
        const inputs = method.inputs?.(0) ?? [];
        const loss = (at: Values) =>
          tf.tidy(() => method.loss(rows, inputs, scoring({ ...statistics, ...fixed, ...at })).total);
        await expectGradients(loss, start, { step: 2e-3, tolerance: 2e-2, most: 3 });
        const { values, epochs } = await createTrainer()(
          {
            ...{ name, start, statistics, stepsPerEpoch: 1 },
            rule: decode(trainingRule({ epochs: 12, lr: 2e-2, optimizer_name: 'adam' }), {}, 'training'),
            batches: async function* (epoch) {
              yield [rows.clone(), ...(method.inputs?.(epoch) ?? [])];
            },
            loss: ([x, ...more], pass) =>
              method.loss(x as Tensor4D, more, { ...pass, values: { ...pass.values, ...fixed } }),
          },
          { seed: 0, progress: silent },
        );
        const from = name === 'soft-boundary' ? 3 : 0;
        expect(epochs[11].loss).to.be.below(epochs[from].loss);
        tf.dispose([rows, inputs, ...Object.values(values), ...Object.values(fixed)]);
      }),
    );
  }
});
