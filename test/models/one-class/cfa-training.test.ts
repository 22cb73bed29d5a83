import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { DataError } from '../../../src/errors.js';
import { AdamW } from '../../../src/models/one-class/adamw.js';
import { cfaLoss, type CfaWeights } from '../../../src/models/one-class/cfa-loss.js';
import { randomDescriptor, withCoordinates } from '../../../src/models/one-class/descriptor.js';
import { trainDescriptor } from '../../../src/models/one-class/train-descriptor.js';
import { NeighborIndex } from '../../../src/ops/nearest.js';
import { silent } from '../../../src/runtime/progress.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { worst } from '../../support/worst.js';

type Rows = number[][];

/** What torch's autograd and `AdamW(amsgrad=True)` give. */
const golden = JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/cfa/torch.json'), 'utf8')) as {
  loss: {
    rows: Rows;
    kernel: Rows;
    bias: number[];
    radius: number[];
    centroids: Rows;
    near: number;
    far: number;
    alpha: number;
    attract: number;
    repel: number;
    gradients: { kernel: Rows; bias: number[]; radius: number[] };
  };
  adamw: {
    learningRate: number;
    weightDecay: number;
    start: { p: Rows; q: number[] };
    steps: { gradients: { p: Rows; q: number[] }; after: { p: Rows; q: number[] } }[];
  };
};

/** The same loss in plain arrays. */
function lossOf({ kernel, bias, radius }: { kernel: Rows; bias: number[]; radius: number[] }): number {
  const { rows, centroids, near, far, alpha } = golden.loss;
  const limit = radius[0] ** 2;
  let [attract, repel] = [0, 0];
  for (const row of rows) {
    const patch = bias.map((b, j) => row.reduce((sum, x, i) => sum + x * kernel[i][j], b));
    const squared = centroids.map((c) => c.reduce((sum, v, j) => sum + (v - patch[j]) ** 2, 0)).sort((a, b) => a - b);
    for (let k = 0; k < near; k++) attract += Math.max(0, squared[k] - limit);
    for (let k = near; k < near + far; k++) repel += Math.max(0, limit - squared[k] - alpha);
  }
  return 1000 * (attract / (rows.length * near) + repel / (rows.length * far));
}

onEveryBackend('the loss of CFA', () => {
  const { rows, kernel, bias, radius, centroids, gradients, ...rule } = golden.loss;

  it(
    "and its gradients are those of torch's autograd, both terms at work",
    leavesNoTensors(async () => {
      expect(Math.min(golden.loss.attract, golden.loss.repel)).to.be.above(100);
      const weights = { kernel: tf.tensor2d(kernel), bias: tf.tensor1d(bias), radius: tf.tensor1d(radius) };
      const [x, c] = [tf.tensor2d(rows), tf.tensor2d(centroids)];
      const index = new NeighborIndex(c);
      const got = cfaLoss(x, weights, index, rule);
      expect((await got.loss.data())[0] / (golden.loss.attract + golden.loss.repel)).to.be.closeTo(1, 1e-5);
      expect(worst(await got.gradients.kernel.data(), gradients.kernel.flat())).to.be.below(1e-5);
      expect(worst(await got.gradients.bias.data(), gradients.bias)).to.be.below(1e-5);
      expect(worst(await got.gradients.radius.data(), gradients.radius)).to.be.below(1e-5);
      tf.dispose([weights, x, c, got]);
      index.dispose();
    }),
  );

  it(
    'has the gradients that finite differences show',
    leavesNoTensors(async () => {
      const weights = { kernel: tf.tensor2d(kernel), bias: tf.tensor1d(bias), radius: tf.tensor1d(radius) };
      const [x, c] = [tf.tensor2d(rows), tf.tensor2d(centroids)];
      const index = new NeighborIndex(c);
      const { loss, gradients: got } = cfaLoss(x, weights, index, rule);
      const slope = (change: (values: { kernel: Rows; bias: number[]; radius: number[] }, step: number) => void) => {
        const at = (step: number) => {
          const values = structuredClone({ kernel, bias, radius });
          change(values, step);
          return lossOf(values);
        };
        return (at(1e-6) - at(-1e-6)) / 2e-6;
      };
      const wanted = kernel.map((line, i) => line.map((_, j) => slope((v, step) => (v.kernel[i][j] += step))));
      expect(worst(await got.kernel.data(), wanted.flat())).to.be.below(1e-4);
      const shifts = bias.map((_, j) => slope((v, step) => (v.bias[j] += step)));
      expect(worst(await got.bias.data(), shifts)).to.be.below(1e-4);
      expect(worst(await got.radius.data(), [slope((v, step) => (v.radius[0] += step))])).to.be.below(1e-4);
      tf.dispose([weights, x, c, loss, got]);
      index.dispose();
    }),
  );
});

onEveryBackend('AdamW', () => {
  it(
    "steps as torch's, with the largest moment so far",
    leavesNoTensors(async () => {
      const { start, steps, ...rates } = golden.adamw;
      const optimizer = new AdamW(rates);
      let values = { p: tf.tensor2d(start.p), q: tf.tensor1d(start.q) };
      for (const { gradients, after } of steps) {
        values = optimizer.step(values, { p: tf.tensor2d(gradients.p), q: tf.tensor1d(gradients.q) });
        expect(worst(await values.p.data(), after.p.flat())).to.be.below(1e-6);
        expect(worst(await values.q.data(), after.q)).to.be.below(1e-6);
      }
      tf.dispose(values);
      optimizer.dispose();
    }),
  );
});

onEveryBackend('the training of the descriptor', () => {
  const random = new Random(4);
  const pictures = Array.from({ length: 4 }, () =>
    Array.from({ length: 3 * 4 * 5 }, (_, i) => Math.sin(i) + 0.3 * random.normal()),
  );
  const features = () => tf.tensor4d(pictures.flat(), [4, 3, 4, 5]);

  async function train(epochs: number, learningRate = 1e-2) {
    const weights: CfaWeights = { ...randomDescriptor(7, 5, 2), radius: tf.tensor1d([1e-5]) };
    const centroids = tf.tidy(() => {
      const rows = withCoordinates(tf.tidy(() => features().mean(0, true)) as Tensor4D);
      return rows.matMul(weights.kernel).add(weights.bias);
    });
    const index = new NeighborIndex(centroids as ReturnType<typeof tf.tensor2d>);
    centroids.dispose();
    try {
      return await trainDescriptor(
        weights,
        index,
        {
          epochs,
          rates: { learningRate, weightDecay: 5e-4 },
          rule: { near: 3, far: 3, alpha: 0.1 },
          async *batches() {
            yield features();
          },
        },
        { seed: 1, progress: silent },
      );
    } finally {
      index.dispose();
    }
  }

  it(
    'lowers the loss, and gives the same weights again',
    leavesNoTensors(async () => {
      const [first, second] = [await train(12), await train(12)];
      expect(first.losses[11]).to.be.below(0.8 * first.losses[0]);
      expect(await first.weights.kernel.array()).to.deep.equal(await second.weights.kernel.array());
      expect(first.losses).to.deep.equal(second.losses);
      tf.dispose([first.weights, second.weights]);
    }),
  );

  it(
    'stops with a sentence where the loss is no number',
    leavesNoTensors(async () => {
      for (const rate of [1e12, 1e38]) {
        const error = (await train(2, rate).catch((e: unknown) => e)) as Error;
        expect(error).to.be.instanceOf(DataError);
        expect(error.message).to.contain('epoch 1').and.contain('learning_rate');
      }
    }),
  );
});

onEveryBackend('withCoordinates', () => {
  it(
    'adds x and y from -1 to 1, and 0 along a side of one place',
    leavesNoTensors(async () => {
      const features = tf.zeros([1, 2, 3, 1]) as Tensor4D;
      const line = tf.zeros([1, 1, 2, 1]) as Tensor4D;
      const [rows, short] = [withCoordinates(features), withCoordinates(line)];
      expect(await rows.array()).to.deep.equal([
        [0, -1, -1],
        [0, 0, -1],
        [0, 1, -1],
        [0, -1, 1],
        [0, 0, 1],
        [0, 1, 1],
      ]);
      expect(await short.array()).to.deep.equal([
        [0, -1, 0],
        [0, 1, 0],
      ]);
      tf.dispose([features, line, rows, short]);
    }),
  );
});
