import { type Tensor4D, tf } from '../tf.js';
import { type ConvolutionAttributes, convolutionInfo } from './convolution.js';
import type { KernelRepair } from './repair.js';
import { frameOf, padded } from './window.js';

/**
 * The filter gradient of a convolution, as a convolution: the picture with channels in the place of the batch, under
 * the output gradient as its filter. A stride of the convolution spreads that filter (dilation). One call of the fast
 * kernel took half the time of a matrix product per filter cell, and needs no copy of the picture per cell.
 */
export const convFilterGradient: KernelRepair = {
  kernel: 'Conv2DBackpropFilter',
  backend: 'wasm',
  why: 'there is none, so a convolution cannot be trained',
  make: () => (call) => {
    const x = call.inputs.x as Tensor4D;
    const dy = call.inputs.dy as Tensor4D;
    const attrs = call.attrs as unknown as ConvolutionAttributes & { filterShape: number[] };
    const info = convolutionInfo(x.shape, attrs.filterShape, attrs, false);
    const [n, , , channels] = x.shape;
    return tf.tidy(() => {
      const rows = (info.outHeight - 1) * info.strideHeight + info.filterHeight;
      const columns = (info.outWidth - 1) * info.strideWidth + info.filterWidth;
      const used = padded(x, frameOf(info)).slice([0, 0, 0, 0], [n, rows, columns, channels]);
      const filter = dy.transpose<Tensor4D>([1, 2, 0, 3]);
      const strides: [number, number] = [info.strideHeight, info.strideWidth];
      const gradient = tf.conv2d(used.transpose<Tensor4D>([3, 1, 2, 0]), filter, 1, 'valid', 'NHWC', strides);
      return gradient.transpose([1, 2, 0, 3]);
    });
  },
};
