import { tf } from '../tf.js';

/** The attributes of convolution kernels and of their gradients. */
export interface ConvolutionAttributes {
  readonly strides: number | [number, number];
  readonly pad: 'valid' | 'same' | number | [number, number][];
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: number | [number, number];
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Geometry of a 2-D convolution in NHWC. */
export function convolutionInfo(
  inputShape: readonly number[],
  filterShape: readonly number[],
  a: ConvolutionAttributes,
  depthwise: boolean,
) {
  return tf.backend_util.computeConv2DInfo(
    inputShape as [number, number, number, number],
    filterShape as [number, number, number, number],
    a.strides,
    a.dilations ?? 1,
    a.pad as number,
    a.dimRoundingMode,
    depthwise,
  );
}
