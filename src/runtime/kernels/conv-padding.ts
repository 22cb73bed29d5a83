import { tf } from '../tf.js';
import { type ConvolutionAttributes, convolutionInfo } from './convolution.js';
import type { Kernel, KernelRepair } from './repair.js';
import { frameOf, hasOwnPadding, padded, unpadded } from './window.js';

const why = 'padding that is given in pixels is refused';
const backend = 'tensorflow';

/** Convolutions with padding in pixels on TensorFlow, and their gradients. */
export const convPadding: readonly KernelRepair[] = [
  { kernel: 'Conv2D', backend, why, make: forward },
  { kernel: 'FusedConv2D', backend, why, make: forward },
  { kernel: 'DepthwiseConv2dNative', backend, why, make: forward },
  { kernel: 'FusedDepthwiseConv2D', backend, why, make: forward },
  { kernel: 'Conv2DBackpropInput', backend, why, make: (own) => inputGradient(own, false) },
  { kernel: 'Conv2DBackpropFilter', backend, why, make: (own) => filterGradient(own, false) },
  { kernel: 'DepthwiseConv2dNativeBackpropInput', backend, why, make: (own) => inputGradient(own, true) },
  { kernel: 'DepthwiseConv2dNativeBackpropFilter', backend, why, make: (own) => filterGradient(own, true) },
];

/** The kernel knows explicit paddings, it only does not take a single number for them. */
function forward(own: Kernel): Kernel {
  return (call) => {
    const { pad, dataFormat } = call.attrs as unknown as ConvolutionAttributes;
    if (typeof pad !== 'number') return own(call);
    const [none, frame] = [
      [0, 0],
      [pad, pad],
    ];
    const explicit = dataFormat === 'NCHW' ? [none, none, frame, frame] : [none, frame, frame, none];
    return own({ ...call, attrs: { ...call.attrs, pad: explicit } });
  };
}

/** TensorFlow's gradients are called for the framed picture, and the frame is cut off. */
function inputGradient(own: Kernel, depthwise: boolean): Kernel {
  return (call) => {
    const attrs = call.attrs as unknown as ConvolutionAttributes & { inputShape: number[] };
    const { inputShape, dataFormat } = attrs;
    const info = convolutionInfo(inputShape, call.inputs.filter.shape, attrs, depthwise);
    if (dataFormat === 'NCHW' || !hasOwnPadding(info)) return own(call);
    return tf.tidy(() => {
      const frame = frameOf(info);
      const [n, h, w, c] = inputShape;
      const framed = [n, h + frame.top + frame.bottom, w + frame.left + frame.right, c];
      const dx = own({
        ...call,
        attrs: { ...call.attrs, pad: 'valid', dimRoundingMode: undefined, inputShape: framed },
      });
      return unpadded(dx, frame, inputShape);
    });
  };
}

function filterGradient(own: Kernel, depthwise: boolean): Kernel {
  return (call) => {
    const attrs = call.attrs as unknown as ConvolutionAttributes & { filterShape: number[] };
    const x = call.inputs.x;
    const info = convolutionInfo(x.shape, attrs.filterShape, attrs, depthwise);
    if (attrs.dataFormat === 'NCHW' || !hasOwnPadding(info)) return own(call);
    return tf.tidy(() => {
      const framed = padded(x, frameOf(info));
      const inputs = { ...call.inputs, x: framed };
      return own({ ...call, inputs, attrs: { ...call.attrs, pad: 'valid', dimRoundingMode: undefined } });
    });
  };
}
