import { type Tensor, type Tensor2D, type Tensor4D, tf } from '../tf.js';
import { type ConvolutionAttributes, convolutionInfo } from './convolution.js';
import type { NodeBackend } from './node-backend.js';
import type { Kernel, KernelRepair } from './repair.js';
import { hasOwnPadding } from './window.js';

/**
 * Channels in and out of the 1 x 1 convolutions that end the process. For these alone oneDNN (as TensorFlow 2.21 has it) divides
 * whole numbers in its estimate of a blocking, and where the divisor is 0, as on an EPYC of the fifth generation in a virtual machine
 * that does not tell its caches, the processor raises a floating point exception. ResNet-50 and MobileNetV1 have such layers.
 */
const PAIRS = new Set(['256,1024', '512,1024', '512,2048', '1024,512', '1024,2048']);

const why = 'ends the process with a floating point exception for some channels';
const backend = 'tensorflow';

/** 1 x 1 convolutions of certain channels as the matrix products that they are, on processors. */
export const pointwiseProduct: readonly KernelRepair[] = [
  { kernel: 'Conv2D', backend, why, make: forward },
  { kernel: 'FusedConv2D', backend, why, make: forward },
  { kernel: 'Conv2DBackpropInput', backend, why, make: inputGradient },
  { kernel: 'Conv2DBackpropFilter', backend, why, make: filterGradient },
];

const NONE: [number, number] = [0, 0];

type Call = Parameters<Kernel>[0];
type Geometry = ReturnType<typeof convolutionInfo>;
type Activation = 'linear' | 'relu' | 'relu6' | 'elu' | 'prelu' | 'leakyrelu' | 'sigmoid';

function forward(own: Kernel): Kernel {
  return (call) => {
    const { x, filter, bias, preluActivationWeights: slopes } = call.inputs as Record<string, Tensor | undefined>;
    const info = geometry(call, x!.shape, filter!.shape);
    const channels = filter!.shape[3]!;
    const perChannel = (values?: Tensor) => values === undefined || values.size === 1 || values.size === channels;
    if (info === null || !perChannel(bias) || !perChannel(slopes)) return own(call);
    const { activation, leakyreluAlpha } = call.attrs as { activation?: Activation; leakyreluAlpha?: number };
    return tf.tidy(() => {
      const product = tf.fused.matMul({
        a: rows(seen(x as Tensor4D, info)),
        b: rows(filter as Tensor4D),
        bias: bias?.reshape([bias.size]),
        activation: activation ?? 'linear',
        preluActivationWeights: slopes?.reshape([slopes.size]),
        leakyreluAlpha,
      });
      return product.reshape(info.outShape);
    });
  };
}

function inputGradient(own: Kernel): Kernel {
  return (call) => {
    const { dy, filter } = call.inputs;
    const { inputShape } = call.attrs as { inputShape: [number, number, number, number] };
    const info = geometry(call, inputShape, filter.shape);
    if (info === null) return own(call);
    return tf.tidy(() => spread(tf.matMul(rows(dy as Tensor4D), rows(filter as Tensor4D), false, true), info));
  };
}

/** `[n * outHeight * outWidth, c]` -> the shape of the input, with zeros at the places that the strides pass over. */
function spread(product: Tensor2D, info: Geometry): Tensor {
  const { inShape, outHeight, outWidth, strideHeight, strideWidth } = info;
  if (strideHeight === 1 && strideWidth === 1) return product.reshape(inShape);
  const [n, h, w, c] = inShape;
  const apart = product
    .reshape([n, outHeight, 1, outWidth, 1, c])
    .pad([NONE, NONE, [0, strideHeight - 1], NONE, [0, strideWidth - 1], NONE])
    .reshape([n, outHeight * strideHeight, outWidth * strideWidth, c]) as Tensor4D;
  // the last stride may reach beyond the input, or end before it
  const [height, width] = [Math.min(h, apart.shape[1]), Math.min(w, apart.shape[2])];
  const inside = apart.slice([0, 0, 0, 0], [n, height, width, c]);
  return inside.pad([NONE, [0, h - height], [0, w - width], NONE]);
}

function filterGradient(own: Kernel): Kernel {
  return (call) => {
    const { x, dy } = call.inputs;
    const { filterShape } = call.attrs as { filterShape: number[] };
    const info = geometry(call, x.shape, filterShape);
    if (info === null) return own(call);
    return tf.tidy(() =>
      tf.matMul(rows(seen(x as Tensor4D, info)), rows(dy as Tensor4D), true, false).reshape(filterShape),
    );
  };
}

/** The geometry of a convolution that is to be a product; null where it is none, or runs elsewhere. */
function geometry(call: Call, inputShape: readonly number[], filterShape: readonly number[]): Geometry | null {
  const attrs = call.attrs as unknown as ConvolutionAttributes;
  const [height, width, from, to] = filterShape;
  const isPair = PAIRS.has(`${from},${to}`) || PAIRS.has(`${to},${from}`);
  if (height !== 1 || width !== 1 || !isPair || attrs.dataFormat === 'NCHW') return null;
  if ((call.backend as NodeBackend).binding.isUsingGpuDevice()) return null;
  const info = convolutionInfo(inputShape, filterShape, attrs, false);
  return hasOwnPadding(info) ? null : info;
}

/** The places that the strides meet. */
function seen(x: Tensor4D, { strideHeight, strideWidth }: Geometry): Tensor4D {
  if (strideHeight === 1 && strideWidth === 1) return x;
  return tf.stridedSlice(x, [0, 0, 0, 0], x.shape, [1, strideHeight, strideWidth, 1]) as Tensor4D;
}

/** All places below each other. */
function rows(x: Tensor4D): Tensor2D {
  return x.reshape([-1, x.shape[3]]);
}
