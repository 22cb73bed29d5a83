import { medianBlur } from '../../src/ops/median.js';
import { NeighborIndex } from '../../src/ops/nearest.js';
import { packMask } from '../../src/ops/pack-mask.js';
import { avgPool } from '../../src/ops/pool.js';
import { resample } from '../../src/ops/resample.js';
import { upsampleSmooth } from '../../src/ops/upsample-smooth.js';
import { tf, type Tensor, type Tensor1D, type Tensor2D, type Tensor3D, type Tensor4D } from '../../src/runtime/tf.js';

type Run = (x: Tensor4D) => Tensor | Tensor[];

/** The input of every case: `[2, 12, 10, 4]`, values of about -1 to 1 without order, none of them near 0. */
function input(): Tensor4D {
  const values = Float32Array.from({ length: 960 }, (_, i) => {
    const value = Math.sin(12.9898 * (i + 1)) * 0.95;
    return value < 0 ? value - 0.05 : value + 0.05;
  });
  return tf.tensor4d(values, [2, 12, 10, 4]);
}

const weights = (shape: number[], seed: number): Tensor =>
  tf.tensor(
    Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => 0.3 * Math.cos(78.233 * (i + seed))),
    shape,
  );
const filter = (h: number, w: number, from: number, to: number) => weights([h, w, from, to], 1) as Tensor4D;
const flat = (x: Tensor4D): Tensor2D => x.reshape([60, 16]);
const maps = (x: Tensor4D): Tensor3D => x.slice([0, 0, 0, 0], [-1, -1, -1, 1]).squeeze<Tensor3D>([3]);
const plus = (x: Tensor4D) => x.abs().add<Tensor4D>(0.1);
const gradient =
  (fn: (x: Tensor4D) => Tensor): Run =>
  (x) =>
    tf.grad((y: Tensor) => {
      const out = fn(y as Tensor4D);
      return out.mul(weights(out.shape, 5)).sum();
    })(x);

/** Ops that models, maps and training are made of. Every case is a function of `input()`. */
export const OPS: Readonly<Record<string, Run>> = {
  ...{
    abs: (x) => x.abs(),
    neg: (x) => x.neg(),
    exp: (x) => x.exp(),
    log: (x) => plus(x).log(),
    sqrt: (x) => plus(x).sqrt(),
  },
  ...{
    square: (x) => x.square(),
    rsqrt: (x) => plus(x).rsqrt(),
    sin: (x) => x.mul(9).sin(),
    cos: (x) => x.mul(9).cos(),
  },
  ...{
    tanh: (x) => x.tanh(),
    sigmoid: (x) => x.sigmoid(),
    relu: (x) => x.relu(),
    relu6: (x) => x.mul(8).relu6(),
    elu: (x) => x.elu(),
  },
  ...{
    softplus: (x) => x.softplus(),
    erf: (x) => x.erf(),
    floor: (x) => x.mul(5).floor(),
    ceil: (x) => x.mul(5).ceil(),
  },
  ...{
    round: (x) => x.mul(5).round(),
    sign: (x) => x.sign(),
    reciprocal: (x) => plus(x).reciprocal(),
    isNaN: (x) => x.isNaN(),
  },
  ...{
    clip: (x) => x.clipByValue(-0.5, 0.5),
    leakyRelu: (x) => x.leakyRelu(0.1),
    log1p: (x) => plus(x).log1p(),
    expm1: (x) => x.expm1(),
  },
  'add, broadcast': (x) => x.add(weights([10, 1], 2)),
  'sub, row': (x) => x.sub(weights([4], 2)),
  mul: (x) => x.mul(weights(x.shape, 3)),
  div: (x) => x.div(plus(x)),
  pow: (x) => plus(x).pow(1.7),
  maximum: (x) => x.maximum(weights([4], 2)),
  minimum: (x) => x.minimum(weights([4], 2)),
  squaredDifference: (x) => tf.squaredDifference(x, weights([4], 2)),
  'floorDiv, mod': (x) => [x.mul(9).floorDiv(tf.scalar(2)), x.mul(9).mod(tf.scalar(2))],
  comparisons: (x) => [x.greater(0.2), x.greaterEqual(0.2), x.less(0.2), x.lessEqual(0.2), x.equal(x), x.notEqual(x)],
  logic: (x) => [x.greater(0).logicalAnd(x.less(0.5)), x.greater(0).logicalOr(x.less(-0.5)), x.greater(0).logicalNot()],
  where: (x) => tf.where(x.greater(0), x, x.mul(-2)),
  'cast to int32': (x) => x.mul(9).toInt(),
  'sum of each axis': (x) => [x.sum(), x.sum(0), x.sum(1), x.sum(2), x.sum(3, true), x.sum([1, 2])],
  mean: (x) => [x.mean(), x.mean([1, 2])],
  'max, min': (x) => [x.max(), x.max(3), x.min([1, 2])],
  prod: (x) => x.prod(3),
  'argMax, argMin': (x) => [x.argMax(3), x.argMin(1)],
  'any, all': (x) => [x.greater(0.8).any(3), x.greater(-0.8).all(3)],
  cumsum: (x) => [x.cumsum(1), x.cumsum(2, true, true)],
  logSumExp: (x) => x.logSumExp(3),
  'softmax, logSoftmax': (x) => [tf.softmax(x), tf.logSoftmax(x)],
  norm: (x) => x.norm('euclidean', 3),
  topk: (x) => Object.values(tf.topk(flat(x), 5)),
  'topk of many columns': (x) => tf.topk(x.reshape([1, 960]), 7).values,
  matMul: (x) => flat(x).matMul(weights([16, 24], 4)),
  'matMul, both transposed': (x) => tf.matMul(flat(x), weights([8, 60], 4), true, true),
  'matMul, batched': (x) => tf.matMul(x.reshape([2, 12, 40]), weights([2, 40, 9], 4)),
  'matMul to one column': (x) => flat(x).matMul(weights([16, 1], 4)),
  'matMul, fused': (x) =>
    tf.fused.matMul({ a: flat(x), b: weights([16, 24], 4), bias: weights([24], 6), activation: 'relu' }),
  einsum: (x) => tf.einsum('ij,kj->ik', flat(x), weights([8, 16], 4)),
  transpose: (x) => x.transpose([0, 3, 1, 2]),
  'slice, stridedSlice': (x) => [
    x.slice([0, 2, 3, 1], [1, 5, 4, 2]),
    x.stridedSlice([0, 1, 0, 0], [2, 12, 10, 4], [1, 3, 2, 1]),
  ],
  concat: (x) => [
    tf.concat([x, x], 3),
    tf.concat(
      Array.from({ length: 12 }, () => x),
      1,
    ),
  ],
  'stack, unstack': (x) => [tf.stack([x, x], 1), ...tf.unstack(x)],
  split: (x) => tf.split(x, 2, 3),
  'pad, mirrorPad': (x) => [x.pad([[0, 0], [1, 2], [0, 3], [0, 0]], 7), tf.mirrorPad(x, [[0, 0], [2, 2], [1, 3], [0, 0]], 'reflect')], // prettier-ignore
  tile: (x) => x.tile([1, 2, 1, 3]),
  reverse: (x) => x.reverse([1, 2]),
  gather: (x) => tf.gather(flat(x), tf.tensor1d([3, 0, 59, 3], 'int32')),
  'gather along columns': (x) => tf.gather(flat(x), tf.tensor1d([15, 1], 'int32'), 1),
  gatherND: (x) => tf.gatherND(flat(x), tf.tensor2d([[0, 1], [59, 15]], [2, 2], 'int32')), // prettier-ignore
  scatterND: (x) => tf.scatterND(tf.tensor2d([[1], [3]], [2, 1], 'int32'), flat(x).slice(0, 2), [5, 16]),
  oneHot: () => tf.oneHot(tf.tensor1d([1, 0, 2], 'int32'), 4),
  'range, fill, linspace': () => [tf.range(0, 9), tf.fill([3, 2], 4), tf.linspace(0, 1, 7)],
  batchNorm: (x) => tf.batchNorm(x, weights([4], 1), weights([4], 2).abs().add(0.5) as Tensor1D, weights([4], 3) as Tensor1D, weights([4], 4) as Tensor1D, 1e-5), // prettier-ignore
  'conv 3x3 same': (x) => tf.conv2d(x, filter(3, 3, 4, 8), 1, 'same'),
  'conv 3x3 stride 2': (x) => tf.conv2d(x, filter(3, 3, 4, 8), 2, 'same'),
  'conv 7x7 stride 2, padding 3': (x) => tf.conv2d(x, filter(7, 7, 4, 16), 2, 3),
  'conv 1x1': (x) => tf.conv2d(x, filter(1, 1, 4, 32), 1, 'valid'),
  'conv 3x3 dilated': (x) => tf.conv2d(x, filter(3, 3, 4, 8), 1, 'same', 'NHWC', 2),
  'conv, fused': (x) => tf.fused.conv2d({ x, filter: filter(3, 3, 4, 8), strides: 1, pad: 'same', bias: weights([8], 6) as Tensor1D, activation: 'relu' }), // prettier-ignore
  'conv transposed': (x) => tf.conv2dTranspose(x, weights([4, 4, 6, 4], 1) as Tensor4D, [2, 24, 20, 6], 2, 'same'),
  'depthwise 3x3': (x) => tf.depthwiseConv2d(x, filter(3, 3, 4, 1), 1, 'same'),
  'depthwise 5x5 stride 2': (x) => tf.depthwiseConv2d(x, filter(5, 5, 4, 2), 2, 'same'),
  maxPool: (x) => [tf.maxPool(x, 3, 2, 1), tf.maxPool(x, 2, 2, 'valid')],
  avgPool: (x) => [tf.avgPool(x, 3, 1, 'same'), avgPool(x, { size: 3, stride: 1, pad: 1 })],
  resizeBilinear: (x) => [tf.image.resizeBilinear(x, [7, 19]), tf.image.resizeBilinear(x, [24, 20], false, true)],
  resizeNearest: (x) => tf.image.resizeNearestNeighbor(x, [24, 20]),
  cropAndResize: (x) =>
    tf.image.cropAndResize(x, tf.tensor2d([[0.1, 0.2, 0.9, 0.8]]), tf.tensor1d([0], 'int32'), [5, 6]),
  depthToSpace: (x) => tf.depthToSpace(x, 2),
  fft: (x) => { const out = tf.fft(tf.complex(flat(x), tf.zerosLike(flat(x)))); return [tf.real(out), tf.imag(out)]; }, // prettier-ignore
  resample: (x) => [resample(x, { height: 31, width: 17 }, { interpolation: 'bicubic' }), resample(x, { height: 5, width: 6 }, { interpolation: 'bilinear', antialias: true })], // prettier-ignore
  'upsample and blur': (x) =>
    upsampleSmooth(maps(x), { height: 60, width: 50 }, { interpolation: 'bilinear', sigma: { y: 2, x: 1.5 } }),
  'median 5x5': (x) => medianBlur(maps(x), 5),
  'packed mask': (x) => packMask(x.greater(0.3)),
  'nearest rows': (x) => {
    const index = new NeighborIndex(flat(x).slice(0, 50));
    const { squared, indices } = index.search(flat(x).slice(40, 20).mul(1.1), 3);
    index.dispose();
    return [squared, indices];
  },
  'addN of 20': (x) => tf.addN(Array.from({ length: 20 }, (_, i) => x.mul(i))),
  'gradient: conv 3x3': gradient((x) => tf.conv2d(x, filter(3, 3, 4, 8), 1, 'same')),
  'gradient: filter': (x) =>
    tf.grad((f: Tensor) =>
      tf
        .conv2d(x, f as Tensor4D, 2, 1)
        .square()
        .sum(),
    )(filter(3, 3, 4, 8)),
  'gradient: depthwise': gradient((x) => tf.depthwiseConv2d(x, filter(3, 3, 4, 1), 1, 'same')),
  'gradient: depthwise filter': (x) => tf.grad((f: Tensor) => tf.depthwiseConv2d(x, f as Tensor4D, 1, 'same').square().sum())(filter(3, 3, 4, 1)), // prettier-ignore
  'gradient: matMul': gradient((x) => flat(x).matMul(weights([16, 8], 4))),
  'gradient: gather': gradient((x) => tf.gather(flat(x) as Tensor, tf.tensor1d([3, 0, 3], 'int32'))),
  'gradient: maxPool, avgPool': (x) =>
    [gradient((y) => tf.maxPool(y, 2, 2, 'valid'))(x), gradient((y) => tf.avgPool(y, 3, 1, 1))(x)].flat(),
  'gradient: softmax': gradient((x) => tf.softmax(x)),
  'gradient: mean, sqrt, div': gradient((x) => x.div(plus(x).mean([1, 2], true).sqrt())),
  'gradient: resample': gradient((x) => resample(x, { height: 9, width: 21 }, { interpolation: 'bilinear' })),
  'gradient: mirrorPad': gradient((x) => tf.mirrorPad(x, [[0, 0], [2, 2], [2, 2], [0, 0]], 'reflect')), // prettier-ignore
};

/** Runs a case. @returns its values, one array a result */
export async function valuesOf(name: string): Promise<number[][]> {
  const results = tf.tidy(() => [OPS[name](input())].flat());
  const values = await Promise.all(results.map((tensor) => tensor.data()));
  tf.dispose(results);
  return values.map((array) => Array.from(array as ArrayLike<number>, Number));
}
