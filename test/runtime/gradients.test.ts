import { leavesNoTensors, onEveryBackend } from '../support/backends.js';
import { startRuntime } from '../../src/runtime/start.js';
import { type Tensor, type Tensor1D, type Tensor2D, type Tensor4D, tf } from '../../src/runtime/tf.js';
import { expectClose } from './kernels/expect-close.js';
import { numbers } from './kernels/plain.js';

/** An op, the shape of its input, and what is added to inputs in (-2, 2) so that the op is smooth around them. */
type Case = [title: string, shape: number[], op: (x: Tensor) => Tensor, shift?: number];

const other = () => tf.tensor2d(numbers(12, 7), [3, 4]);
const row = () => tf.tensor1d(numbers(4, 8));

const CASES: Case[] = [
  ['add, broadcast', [3, 4], (x) => x.add(row())],
  ['add, a row to a matrix', [4], (x) => other().add(x)],
  ['sub', [3, 4], (x) => other().sub(x)],
  ['mul', [3, 4], (x) => x.mul(other())],
  ['mul, a row by a matrix', [4], (x) => other().mul(x)],
  ['div', [3, 4], (x) => other().div(x), 4],
  ['maximum', [3, 4], (x) => tf.maximum(x, other())],
  ['minimum', [3, 4], (x) => tf.minimum(x, other())],
  ['square', [3, 4], (x) => x.square()],
  ['squaredDifference', [3, 4], (x) => tf.squaredDifference(x, other())],
  ['sqrt', [3, 4], (x) => x.sqrt(), 4],
  ['rsqrt', [3, 4], (x) => x.rsqrt(), 4],
  ['abs', [3, 4], (x) => x.abs()],
  ['exp', [3, 4], (x) => x.exp()],
  ['log', [3, 4], (x) => x.log(), 4],
  ['log1p', [3, 4], (x) => x.log1p(), 4],
  ['pow', [3, 4], (x) => x.pow(1.5), 4],
  ['sin', [3, 4], (x) => x.sin()],
  ['erf', [3, 4], (x) => x.erf()],
  ['relu', [3, 4], (x) => x.relu()],
  ['relu6', [3, 4], (x) => x.relu6()],
  ['leakyRelu', [3, 4], (x) => tf.leakyRelu(x, 0.2)],
  ['elu', [3, 4], (x) => x.elu()],
  ['selu', [3, 4], (x) => x.selu()],
  ['sigmoid', [3, 4], (x) => x.sigmoid()],
  ['tanh', [3, 4], (x) => x.tanh()],
  ['softplus', [3, 4], (x) => x.softplus()],
  ['softmax', [3, 4], (x) => tf.softmax(x as Tensor2D)],
  ['logSoftmax', [3, 4], (x) => tf.logSoftmax(x as Tensor2D)],
  ['logSumExp', [3, 4], (x) => tf.logSumExp(x, 1)],
  ['clipByValue', [3, 4], (x) => x.clipByValue(-1, 1)],
  ['where', [3, 4], (x) => tf.where(other().greater(0), x, x.square())],
  ['sum', [3, 4], (x) => x.sum(0)],
  ['mean', [3, 4], (x) => x.mean(1)],
  ['max', [3, 4], (x) => x.max(1)],
  ['min', [3, 4], (x) => x.min(0)],
  ['prod', [3, 4], (x) => x.prod(1)],
  ['cumsum', [3, 4], (x) => x.cumsum(1)],
  ['norm', [3, 4], (x) => x.norm('euclidean', 1)],
  ['moments', [3, 4], (x) => tf.moments(x, 0).variance],
  ['matMul, left', [3, 4], (x) => tf.matMul(x as Tensor2D, other(), false, true)],
  ['matMul, right, transposed', [3, 4], (x) => tf.matMul(other(), x as Tensor2D, true, false)],
  ['matMul, batches', [2, 2, 3], (x) => tf.matMul(x, x, false, true)],
  ['dot', [4], (x) => tf.dot(x as Tensor1D, row())],
  ['reshape and transpose', [3, 4], (x) => x.reshape([4, 3]).transpose()],
  ['concat', [3, 4], (x) => tf.concat([x, other(), x], 1)],
  ['stack and unstack', [3, 4], (x) => tf.stack([...tf.unstack(x, 1)].reverse())],
  ['split', [3, 4], (x) => tf.split(x, 2, 1)[1]],
  ['slice', [3, 4], (x) => x.slice([1, 1], [2, 2])],
  [
    'pad',
    [3, 4],
    (x) =>
      x.pad([
        [1, 0],
        [0, 2],
      ]),
  ],
  [
    'mirrorPad, reflect',
    [1, 3, 4, 1],
    (x) =>
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [1, 1],
          [2, 1],
          [0, 0],
        ],
        'reflect',
      ),
  ],
  [
    'mirrorPad, symmetric',
    [1, 3, 4, 1],
    (x) =>
      tf.mirrorPad(
        x,
        [
          [0, 0],
          [3, 2],
          [0, 4],
          [0, 0],
        ],
        'symmetric',
      ),
  ],
  ['tile', [3, 4], (x) => x.tile([2, 1])],
  ['reverse', [3, 4], (x) => x.reverse(1)],
  ['gather, columns', [3, 4], (x) => tf.gather(x, tf.tensor1d([3, 0, 3], 'int32'), 1)],
  ['oneHot times', [3, 4], (x) => x.mul(tf.oneHot(tf.tensor1d([1, 3, 0], 'int32'), 4))],
  [
    'spaceToBatch',
    [1, 4, 4, 1],
    (x) =>
      tf.spaceToBatchND(
        x,
        [2, 2],
        [
          [0, 0],
          [0, 0],
        ],
      ),
  ],
  ['resizeNearestNeighbor', [1, 2, 3, 1], (x) => tf.image.resizeNearestNeighbor(x as Tensor4D, [4, 6])],
  ['resizeBilinear', [1, 2, 3, 1], (x) => tf.image.resizeBilinear(x as Tensor4D, [5, 7])],
  ['resizeBilinear, aligned corners', [1, 3, 3, 1], (x) => tf.image.resizeBilinear(x as Tensor4D, [5, 5], true)],
  [
    'conv2dTranspose',
    [1, 3, 3, 2],
    (x) => tf.conv2dTranspose(x as Tensor4D, tf.tensor4d(numbers(24, 5), [2, 2, 3, 2]), [1, 6, 6, 3], 2, 'same'),
  ],
  [
    'separableConv2d',
    [1, 4, 4, 2],
    (x) =>
      tf.separableConv2d(
        x as Tensor4D,
        tf.tensor4d(numbers(18, 5), [3, 3, 2, 1]),
        tf.tensor4d(numbers(6, 6), [1, 1, 2, 3]),
        1,
        'same',
      ),
  ],
  ['conv2d, dilated by a pool of shifts', [1, 5, 5, 1], (x) => tf.pool(x as Tensor4D, [2, 2], 'avg', 'valid', [2, 2])],
  [
    'batchNorm',
    [2, 2, 2, 2],
    (x) =>
      tf.batchNorm(
        x as Tensor4D,
        tf.tensor1d([0.1, 0.2]),
        tf.tensor1d([1, 2]),
        tf.tensor1d([0, 1]),
        tf.tensor1d([1.5, 0.5]),
      ),
  ],
  ['localResponseNormalization', [1, 2, 2, 4], (x) => tf.localResponseNormalization(x as Tensor4D, 1)],
  ['dropout of nothing', [3, 4], (x) => tf.dropout(x, 0)],
  ['sigmoidCrossEntropy', [3, 4], (x) => tf.losses.sigmoidCrossEntropy(tf.ones([3, 4]), x as Tensor2D)],
  ['huber', [3, 4], (x) => tf.losses.huberLoss(tf.zeros([3, 4]), x as Tensor2D)],
];

const STEP = 1e-2;
const inputOf = ([, shape, , shift = 0]: Case) =>
  numbers(
    shape.reduce((a, b) => a * b, 1),
    4,
  ).map((v) => v + shift);
const loss = (x: Tensor, op: Case[2]) => {
  const y = op(x);
  return y.mul(tf.tensor(numbers(y.size, 2), y.shape)).sum();
};

onEveryBackend('values as on cpu, and gradients', (backend) => {
  const wanted = new Map<string, number[]>();
  const values = new Map<string, ArrayLike<number>>();

  before('numeric gradients of what the cpu backend computes', async () => {
    await startRuntime('cpu');
    for (const one of CASES) {
      const [title, shape, op] = one;
      const x = inputOf(one);
      const y = tf.tidy(() => op(tf.tensor(x, shape)));
      values.set(title, await y.data());
      y.dispose();
      const at = (i: number, by: number) =>
        tf.tidy(
          () =>
            loss(
              tf.tensor(
                x.map((v, k) => (k === i ? v + by : v)),
                shape,
              ),
              op,
            ).dataSync()[0],
        );
      wanted.set(
        title,
        x.map((_, i) => (at(i, STEP) - at(i, -STEP)) / (2 * STEP)),
      );
    }
    await startRuntime(backend);
  });

  for (const one of CASES) {
    const [title, shape, op] = one;
    it(
      title,
      leavesNoTensors(async () => {
        const y = tf.tidy(() => op(tf.tensor(inputOf(one), shape)));
        expectClose(await y.data(), values.get(title) ?? [], 1e-4);
        y.dispose();
        const gradient = tf.tidy(() => tf.grad((x) => loss(x, op))(tf.tensor(inputOf(one), shape)));
        expectClose(await gradient.data(), wanted.get(title) ?? [], 3e-3);
        gradient.dispose();
      }),
    );
  }
});
