import { expect } from 'chai';
import { compile } from '../../src/runtime/compile.js';
import { Random } from '../../src/runtime/random.js';
import { tf, type Tensor } from '../../src/runtime/tf.js';
import { leavesNoTensors, onSynchronousBackends } from '../support/backends.js';

type Shape = number[];
interface Case {
  /** Input shapes: float32 in (-1, 1), or with a prefix: `p` for positive, `i` for int32 in 0..3, `b` for bool. */
  inputs: (Shape | [kind: 'p' | 'i' | 'b', ...Shape])[];
  fn: (...inputs: any[]) => Tensor | Tensor[]; // eslint-disable-line @typescript-eslint/no-explicit-any
  /** Backends that lack a kernel, in tfjs itself. */
  not?: string[];
}

const image = [2, 9, 8, 3];
const unary = (fn: Case['fn'], kind?: 'p' | 'i' | 'b'): Case => ({ inputs: [kind ? [kind, 3, 5] : [3, 5]], fn });
const binary = (fn: Case['fn'], kind?: 'p' | 'i' | 'b'): Case => ({
  inputs: kind
    ? [
        [kind, 3, 5],
        [kind, 1, 5],
      ]
    : [
        [3, 5],
        [1, 5],
      ],
  fn,
});

const CASES: Record<string, Case> = {
  'conv2d same': { inputs: [image, [3, 3, 3, 4]], fn: (x, w) => tf.conv2d(x, w, 1, 'same') },
  'conv2d valid, strides': { inputs: [image, [3, 3, 3, 4]], fn: (x, w) => tf.conv2d(x, w, [2, 1], 'valid') },
  'conv2d same, stride 2': { inputs: [image, [3, 3, 3, 4]], fn: (x, w) => tf.conv2d(x, w, 2, 'same') },
  'conv2d explicit padding': {
    inputs: [image, [3, 3, 3, 4]],
    fn: (x, w) =>
      tf.conv2d(x, w, 2, [
        [0, 0],
        [1, 0],
        [0, 2],
        [0, 0],
      ]),
  },
  'conv2d dilated': { inputs: [image, [3, 3, 3, 4]], fn: (x, w) => tf.conv2d(x, w, 1, 'same', 'NHWC', 2) },
  'conv2d 1x1': { inputs: [image, [1, 1, 3, 4]], fn: (x, w) => tf.conv2d(x, w, 1, 'valid') },
  conv2dTranspose: {
    inputs: [
      [2, 4, 4, 3],
      [3, 3, 5, 3],
    ],
    fn: (x, w) => tf.conv2dTranspose(x, w, [2, 8, 8, 5], 2, 'same'),
  },
  depthwiseConv2d: { inputs: [image, [3, 3, 3, 2]], fn: (x, w) => tf.depthwiseConv2d(x, w, 1, 'same') },
  'depthwiseConv2d stride 2': { inputs: [image, [3, 3, 3, 1]], fn: (x, w) => tf.depthwiseConv2d(x, w, 2, 'valid') },
  'fused.conv2d': {
    inputs: [image, [3, 3, 3, 4], [4]],
    fn: (x, filter, bias) => tf.fused.conv2d({ x, filter, bias, strides: 1, pad: 'same', activation: 'relu' }),
  },
  'fused.depthwiseConv2d': {
    inputs: [image, [3, 3, 3, 1], [3]],
    fn: (x, filter, bias) =>
      tf.fused.depthwiseConv2d({ x, filter, bias, strides: 1, pad: 'same', activation: 'relu6' }),
  },
  'fused.matMul': {
    inputs: [[4, 3], [3, 5], [5]],
    fn: (a, b, bias) => tf.fused.matMul({ a, b, bias, transposeA: false, transposeB: false, activation: 'relu' }),
  },
  matMul: {
    inputs: [
      [4, 3],
      [3, 5],
    ],
    fn: (a, b) => tf.matMul(a, b),
  },
  'matMul a transposed': {
    inputs: [
      [3, 4],
      [3, 5],
    ],
    fn: (a, b) => tf.matMul(a, b, true),
  },
  'matMul b transposed': {
    inputs: [
      [4, 3],
      [5, 3],
    ],
    fn: (a, b) => tf.matMul(a, b, false, true),
  },
  'matMul both transposed': {
    inputs: [
      [3, 4],
      [5, 3],
    ],
    fn: (a, b) => tf.matMul(a, b, true, true),
  },
  'matMul batched, broadcast': {
    inputs: [
      [6, 4, 3],
      [1, 3, 5],
    ],
    fn: (a, b) => tf.matMul(a, b),
  },
  dot: { inputs: [[4], [4]], fn: (a, b) => tf.dot(a, b) },
  einsum: {
    inputs: [
      [2, 3],
      [3, 4],
    ],
    fn: (a, b) => tf.einsum('ij,jk->ki', a, b),
    not: ['wasm'],
  },
  batchNorm: {
    inputs: [image, [3], ['p', 3], [3], [3]],
    fn: (x, mean, variance, offset, scale) => tf.batchNorm(x, mean, variance, offset, scale, 1e-3),
  },
  relu: unary((x) => tf.relu(x)),
  relu6: unary((x) => tf.relu6(x.mul(8))),
  leakyRelu: unary((x) => tf.leakyRelu(x, 0.1)),
  prelu: binary((x, a) => tf.prelu(x, a)),
  elu: unary((x) => tf.elu(x)),
  sigmoid: unary((x) => tf.sigmoid(x)),
  tanh: unary((x) => tf.tanh(x)),
  softplus: unary((x) => tf.softplus(x)),
  'erf, gelu': unary((x) => tf.mul(x.mul(0.5), tf.add(1, tf.erf(x.div(Math.SQRT2))))),
  'hard swish': unary((x) => x.mul(tf.relu6(x.add(3))).div(6)),
  maxPool: { inputs: [image], fn: (x) => tf.maxPool(x, 3, 2, 'same') },
  'maxPool valid': { inputs: [image], fn: (x) => tf.maxPool(x, [2, 3], 1, 'valid') },
  avgPool: { inputs: [image], fn: (x) => tf.avgPool(x, 3, 1, 'same') },
  'avgPool valid': { inputs: [image], fn: (x) => tf.avgPool(x, 2, 2, 'valid') },
  pad: {
    inputs: [[3, 4]],
    fn: (x) =>
      tf.pad(
        x,
        [
          [1, 0],
          [2, 3],
        ],
        0.5,
      ),
  },
  'mirrorPad reflect': {
    inputs: [[3, 4]],
    fn: (x) =>
      tf.mirrorPad(
        x,
        [
          [1, 2],
          [0, 3],
        ],
        'reflect',
      ),
  },
  'mirrorPad symmetric': {
    inputs: [[3, 4]],
    fn: (x) =>
      tf.mirrorPad(
        x,
        [
          [1, 2],
          [0, 3],
        ],
        'symmetric',
      ),
  },
  slice: { inputs: [[4, 5]], fn: (x) => tf.slice(x, [1, 2], [2, -1]) },
  stridedSlice: { inputs: [[6, 5]], fn: (x) => tf.stridedSlice(x, [0, 4], [6, 0], [2, -1]) },
  'stridedSlice, masks': { inputs: [[6, 5]], fn: (x) => tf.stridedSlice(x, [1, 0], [6, 0], [2, 1], 0, 2) },
  concat: {
    inputs: [
      [2, 3],
      [2, 1],
      [2, 4],
    ],
    fn: (a, b, c) => tf.concat([a, b, c], 1),
  },
  'concat int32': {
    inputs: [
      ['i', 2, 3],
      ['i', 1, 3],
    ],
    fn: (a, b) => tf.concat([a, b], 0),
  },
  stack: {
    inputs: [
      [2, 3],
      [2, 3],
      [2, 3],
    ],
    fn: (a, b, c) => tf.stack([a, b, c], -1),
  },
  unstack: { inputs: [[3, 4]], fn: (x) => tf.unstack(x, 1) },
  split: { inputs: [[4, 6]], fn: (x) => tf.split(x, 3, 1) },
  'split, sizes': { inputs: [[4, 6]], fn: (x) => tf.split(x, [1, 4, 1], 1).slice(1) },
  transpose: { inputs: [[2, 3, 4]], fn: (x) => tf.transpose(x, [2, 0, 1]) },
  reshape: { inputs: [[2, 3, 4]], fn: (x) => tf.reshape(x, [6, -1]) },
  flatten: { inputs: [[2, 3]], fn: (x) => x.flatten() },
  expandDims: { inputs: [[2, 3]], fn: (x) => tf.expandDims(x, 1) },
  'expandDims int32': { inputs: [['i', 2, 3]], fn: (x) => tf.expandDims(x, -1) },
  squeeze: { inputs: [[2, 1, 3, 1]], fn: (x) => tf.squeeze(x) },
  tile: { inputs: [[2, 3]], fn: (x) => tf.tile(x, [2, 2]) },
  broadcastTo: { inputs: [[1, 3]], fn: (x) => tf.broadcastTo(x, [4, 3]) },
  reverse: { inputs: [[2, 3]], fn: (x) => tf.reverse(x, 1) },
  'gather by constants': { inputs: [[4, 3]], fn: (x) => tf.gather(x, tf.tensor1d([2, 0, 2], 'int32')) },
  'gather by computed indices': { inputs: [[4, 3]], fn: (x) => tf.gather(x, tf.argMax(x, 0).cast('int32'), 0) },
  gatherND: { inputs: [[3, 4]], fn: (x) => tf.gatherND(x, tf.tensor2d([[0, 1], [2, 3]], [2, 2], 'int32')) }, // prettier-ignore
  sum: { inputs: [[2, 3, 4]], fn: (x) => tf.sum(x, [0, 2]) },
  'sum int32': { inputs: [['i', 2, 3]], fn: (x) => tf.sum(x, 1) },
  'sum bool': { inputs: [['b', 4, 3]], fn: (x) => tf.sum(x, 0) },
  mean: { inputs: [[2, 3, 4]], fn: (x) => tf.mean(x, 1, true) },
  'mean int32': { inputs: [['i', 2, 3]], fn: (x) => tf.mean(x) },
  moments: { inputs: [[2, 5]], fn: (x) => { const { mean, variance } = tf.moments(x, 1); return [mean, variance]; } }, // prettier-ignore
  max: { inputs: [[2, 3, 4]], fn: (x) => tf.max(x, -1) },
  min: { inputs: [[2, 3, 4]], fn: (x) => tf.min(x) },
  prod: { inputs: [[2, 3]], fn: (x) => tf.prod(x, 0) },
  any: { inputs: [['b', 4, 3]], fn: (x) => tf.any(x, 1) },
  all: { inputs: [['b', 4, 3]], fn: (x) => tf.all(x, 1) },
  argMin: { inputs: [[3, 7]], fn: (x) => tf.argMin(x, 1) },
  argMax: { inputs: [[3, 7]], fn: (x) => tf.argMax(x, 1) },
  topk: { inputs: [[3, 7]], fn: (x) => { const { values, indices } = tf.topk(x, 3); return [values, indices]; } }, // prettier-ignore
  'topk, one part': { inputs: [[3, 7]], fn: (x) => tf.topk(x, 3).indices },
  cumsum: { inputs: [[3, 7]], fn: (x) => tf.cumsum(x, 1, true) },
  norm: { inputs: [[3, 7]], fn: (x) => tf.norm(x, 2, 1) },
  logSumExp: { inputs: [[3, 7]], fn: (x) => tf.logSumExp(x, 1) },
  add: binary((a, b) => tf.add(a, b)),
  'add int32': binary((a, b) => tf.add(a, b), 'i'),
  'add int32 and float32': { inputs: [['i', 3, 5], [5]], fn: (a, b) => tf.add(a, b) },
  sub: binary((a, b) => tf.sub(a, b)),
  mul: binary((a, b) => tf.mul(a, b)),
  div: binary((a, b) => tf.div(a, b), 'p'),
  'div int32': binary((a, b) => tf.div(a, tf.add(b, tf.scalar(1, 'int32'))), 'i'),
  divNoNan: binary((a, b) => tf.divNoNan(a, b.relu())),
  floorDiv: binary((a, b) => tf.floorDiv(a, b), 'p'),
  mod: binary((a, b) => tf.mod(a, b), 'p'),
  pow: binary((a, b) => tf.pow(a, b), 'p'),
  squaredDifference: binary((a, b) => tf.squaredDifference(a, b)),
  minimum: binary((a, b) => tf.minimum(a, b)),
  maximum: binary((a, b) => tf.maximum(a, b)),
  atan2: binary((a, b) => tf.atan2(a, b), 'p'),
  equal: binary((a, b) => tf.equal(a, b), 'i'),
  notEqual: binary((a, b) => tf.notEqual(a, b), 'i'),
  greater: binary((a, b) => tf.greater(a, b)),
  greaterEqual: binary((a, b) => tf.greaterEqual(a, b)),
  less: binary((a, b) => tf.less(a, b)),
  lessEqual: binary((a, b) => tf.lessEqual(a, b)),
  logicalAnd: binary((a, b) => tf.logicalAnd(a, b), 'b'),
  logicalOr: binary((a, b) => tf.logicalOr(a, b), 'b'),
  logicalNot: unary((a) => tf.logicalNot(a), 'b'),
  where: {
    inputs: [
      ['b', 3, 5],
      [3, 5],
      [3, 5],
    ],
    fn: (c, a, b) => tf.where(c, a, b),
  },
  'cast to int32': unary((x) => tf.cast(x.mul(9), 'int32')),
  'cast to bool': unary((x) => tf.cast(x, 'bool'), 'i'),
  'cast bool to float32': unary((x) => tf.cast(x, 'float32'), 'b'),
  clipByValue: unary((x) => tf.clipByValue(x, -0.2, 0.3)),
  sqrt: unary((x) => tf.sqrt(x), 'p'),
  rsqrt: unary((x) => tf.rsqrt(x), 'p'),
  square: unary((x) => tf.square(x)),
  exp: unary((x) => tf.exp(x)),
  log: unary((x) => tf.log(x), 'p'),
  log1p: unary((x) => tf.log1p(x), 'p'),
  abs: unary((x) => tf.abs(x)),
  neg: unary((x) => tf.neg(x)),
  sign: unary((x) => tf.sign(x)),
  floor: unary((x) => tf.floor(x.mul(9))),
  ceil: unary((x) => tf.ceil(x.mul(9))),
  round: unary((x) => tf.round(x.mul(9))),
  reciprocal: unary((x) => tf.reciprocal(x), 'p'),
  'sin, cos': unary((x) => [tf.sin(x), tf.cos(x)]),
  step: unary((x) => tf.step(x)),
  'isNaN, isFinite': unary((x) => [tf.isNaN(x), tf.isFinite(tf.div(x, tf.relu(x)))]),
  softmax: unary((x) => tf.softmax(x)),
  logSoftmax: unary((x) => tf.logSoftmax(x)),
  zerosLike: unary((x) => tf.zerosLike(x)),
  onesLike: unary((x) => tf.onesLike(x), 'i'),
  'fill, ones, range and eye inside': unary((x) =>
    tf
      .add(x, tf.fill([3, 5], 2))
      .add(tf.ones([3, 5]))
      .add(tf.range(0, 5))
      .matMul(tf.eye(5)),
  ),
  oneHot: { inputs: [['i', 4]], fn: (x) => tf.oneHot(x, 5) },
  resizeBilinear: { inputs: [image], fn: (x) => tf.image.resizeBilinear(x, [5, 13], false, true) },
  'resizeBilinear, corners': { inputs: [image], fn: (x) => tf.image.resizeBilinear(x, [5, 13], true) },
  resizeNearestNeighbor: { inputs: [image], fn: (x) => tf.image.resizeNearestNeighbor(x, [5, 13]) },
  cropAndResize: {
    inputs: [image],
    fn: (x) => tf.image.cropAndResize(x, tf.tensor2d([[0.1, 0.2, 0.8, 0.9]]), tf.tensor1d([1], 'int32'), [4, 4]),
  },
  'image.transform': {
    inputs: [image],
    fn: (x) =>
      tf.image.transform(
        x,
        tf.tensor2d([1, 0.1, 0.5, -0.1, 1, 0.2, 0, 0, 1, 0.1, 0.5, -0.1, 1, 0.2, 0, 0], [2, 8]),
        'bilinear',
      ),
  },
  'maxPool, padding in pixels': { inputs: [image], fn: (x) => tf.maxPool(x, 3, 1, 1) },
  'depthwise, padding in pixels, joined with what follows': {
    inputs: [image, [3, 3, 3, 1]],
    fn: (x, w) => tf.relu(tf.add(tf.depthwiseConv2d(x, w, 2, 1), tf.tensor1d([0.1, -0.2, 0.3]))),
  },
  'conv2d, padding in pixels': { inputs: [image, [3, 3, 3, 4]], fn: (x, w) => tf.conv2d(x, w, 1, 1) },
  'round int32': unary((x) => tf.round(x), 'i'),
  depthToSpace: { inputs: [[1, 2, 3, 8]], fn: (x) => tf.depthToSpace(x, 2) },
  spaceToBatchND: { inputs: [[1, 4, 4, 1]], fn: (x) => tf.spaceToBatchND(x, [2, 2], [[0, 0], [0, 0]]) }, // prettier-ignore
  'scatter into a tensor': {
    inputs: [[3, 2]],
    fn: (x) => tf.scatterND(tf.tensor2d([[4], [1], [0]], [3, 1], 'int32'), x, [6, 2]),
  },
  gradient: { inputs: [[3, 5]], fn: (x) => tf.grad((y) => tf.sum(tf.square(tf.sigmoid(y))))(x) },
};

function inputsOf(test: Case, seed: number): Tensor[] {
  const random = new Random(seed);
  return test.inputs.map((input) => {
    const [kind, shape] = typeof input[0] === 'string' ? [input[0], input.slice(1) as Shape] : ['f', input as Shape];
    const values = Array.from({ length: shape.reduce((n, d) => n * d, 1) }, () => {
      if (kind === 'p') return random.uniform(0.1, 2);
      return kind === 'f' ? random.uniform(-1, 1) : random.below(kind === 'b' ? 2 : 4);
    });
    return tf.tensor(values, shape, kind === 'i' ? 'int32' : kind === 'b' ? 'bool' : 'float32');
  });
}

onSynchronousBackends('compile repeats', (backend) => {
  for (const [name, test] of Object.entries(CASES)) {
    if (test.not?.includes(backend)) continue;
    it(
      name,
      leavesNoTensors(async () => {
        const fn = (inputs: Tensor[]) => test.fn(...inputs);
        const examples = inputsOf(test, 1);
        const inputs = inputsOf(test, 2);
        const graph = await compile(fn, examples, { name });
        expect(graph.compiled).to.equal(backend === 'tensorflow');
        const got = graph.run(inputs);
        const want = tf.tidy(() => fn(inputs));
        const wanted = Array.isArray(want) ? want : [want];
        expect(got.map(kind)).to.deep.equal(wanted.map(kind));
        for (const [k, tensor] of got.entries()) expectClose(tensor.dataSync(), wanted[k].dataSync());
        graph.dispose();
        tf.dispose([examples, inputs, got, wanted]);
      }),
    );
  }
});

const kind = (tensor: Tensor) => `${tensor.dtype} ${tensor.shape.join()}`;

/** 1e-5 of the largest value, and of each value as far as it is not near zero. */
function expectClose(got: ArrayLike<number>, want: ArrayLike<number>): void {
  let scale = 0;
  for (let i = 0; i < want.length; i++) if (Number.isFinite(want[i])) scale = Math.max(scale, Math.abs(want[i]));
  for (let i = 0; i < want.length; i++) {
    if (Object.is(got[i], want[i])) continue;
    expect(Math.abs(got[i] - want[i]), `value ${i}`).to.be.at.most(1e-5 * Math.max(Math.abs(want[i]), 0.1 * scale));
  }
}
