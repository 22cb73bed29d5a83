import { type Tensor4D, tf } from '../tf.js';
import { type ConvolutionAttributes, convolutionInfo } from './convolution.js';
import type { Kernel, KernelRepair } from './repair.js';
import { frameOf, padded } from './window.js';

const why = 'there is none, so a depthwise convolution cannot be trained';

/** Both gradients of a depthwise convolution. */
export const depthwiseGradients: readonly KernelRepair[] = [
  { kernel: 'DepthwiseConv2dNativeBackpropFilter', backend: 'wasm', why, make: () => filterGradient },
  { kernel: 'DepthwiseConv2dNativeBackpropInput', backend: 'wasm', why, make: () => inputGradient },
];

/** Cell by cell of the filter: the picture as that cell saw it, times the output gradient, summed. */
const filterGradient: Kernel = (call) => {
  const x = call.inputs.x as Tensor4D;
  const dy = call.inputs.dy as Tensor4D;
  const attrs = call.attrs as unknown as ConvolutionAttributes & { filterShape: number[] };
  const info = convolutionInfo(x.shape, attrs.filterShape, attrs, true);
  const [filterHeight, filterWidth, channels, multiplier] = attrs.filterShape;
  const { outHeight, outWidth, strideHeight, strideWidth, dilationHeight, dilationWidth } = info;
  return tf.tidy(() => {
    const framed = padded(x, frameOf(info));
    const perChannel = dy.reshape([x.shape[0] * outHeight * outWidth, channels, multiplier]);
    const cells = [];
    for (let row = 0; row < filterHeight; row++) {
      for (let column = 0; column < filterWidth; column++) {
        const [top, left] = [row * dilationHeight, column * dilationWidth];
        const bottom = top + (outHeight - 1) * strideHeight + 1;
        const right = left + (outWidth - 1) * strideWidth + 1;
        const seen = framed.stridedSlice(
          [0, top, left, 0],
          [x.shape[0], bottom, right, channels],
          [1, strideHeight, strideWidth, 1],
        );
        cells.push(seen.reshape([-1, channels, 1]).mul(perChannel).sum(0));
      }
    }
    return tf.stack(cells).reshape(attrs.filterShape);
  });
};

/**
 * Every output gradient, spread by the stride and framed, under the filter turned by half a turn; a channel multiplier
 * above 1 gives one such convolution a multiple, and they add up.
 */
const inputGradient: Kernel = (call) => {
  const dy = call.inputs.dy as Tensor4D;
  const filter = call.inputs.filter as Tensor4D;
  const attrs = call.attrs as unknown as ConvolutionAttributes & { inputShape: [number, number, number, number] };
  const info = convolutionInfo(attrs.inputShape, filter.shape, attrs, true);
  const [n, height, width, channels] = attrs.inputShape;
  const multiplier = filter.shape[3];
  const frame = frameOf(info);
  return tf.tidy(() => {
    const spread = spreadOut(dy, info.strideHeight, info.strideWidth);
    // every input pixel must see all windows that saw it
    const top = info.effectiveFilterHeight - 1 - frame.top;
    const left = info.effectiveFilterWidth - 1 - frame.left;
    const bottom = height + info.effectiveFilterHeight - 1 - top - spread.shape[1];
    const right = width + info.effectiveFilterWidth - 1 - left - spread.shape[2];
    const [, rows, columns] = spread.shape;
    const framed = spread
      .pad([
        [0, 0],
        [Math.max(0, top), Math.max(0, bottom)],
        [Math.max(0, left), Math.max(0, right)],
        [0, 0],
      ])
      .slice(
        [0, Math.max(0, -top), Math.max(0, -left), 0],
        [n, rows + top + bottom, columns + left + right, channels * multiplier],
      )
      .reshape([n, rows + top + bottom, columns + left + right, channels, multiplier]);
    const turned = filter.reverse([0, 1]);
    const dilations: [number, number] = [info.dilationHeight, info.dilationWidth];
    const parts = Array.from({ length: multiplier }, (_, m) =>
      tf.depthwiseConv2d(
        framed.slice([0, 0, 0, 0, m], [-1, -1, -1, -1, 1]).squeeze<Tensor4D>([4]),
        turned.slice([0, 0, 0, m], [-1, -1, -1, 1]),
        1,
        'valid',
        'NHWC',
        dilations,
      ),
    );
    return parts.reduce((sum, part) => sum.add(part));
  });
};

/** Puts `stride - 1` zeros between rows and between columns. */
function spreadOut(x: Tensor4D, strideHeight: number, strideWidth: number): Tensor4D {
  if (strideHeight === 1 && strideWidth === 1) return x;
  const [n, h, w, c] = x.shape;
  const cells = x.reshape([n, h, 1, w, 1, c]);
  return cells
    .pad([
      [0, 0],
      [0, 0],
      [0, strideHeight - 1],
      [0, 0],
      [0, strideWidth - 1],
      [0, 0],
    ])
    .reshape<Tensor4D>([n, h * strideHeight, w * strideWidth, c])
    .slice([0, 0, 0, 0], [n, (h - 1) * strideHeight + 1, (w - 1) * strideWidth + 1, c]);
}
