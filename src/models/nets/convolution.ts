import { tf, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';
import type { Module } from './module.js';
import { constant, glorotNormal, heNormal, torchUniform } from './starts.js';

export interface TrainedConvolutionRule {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  /** Side of the filter. */
  readonly size: number;
  readonly stride?: number;
  /** Pixels of zeros on every side; by default as many as keep the size at stride 1. */
  readonly pad?: number;
  /** Every channel has a filter of its own; `from` equals `to`. */
  readonly depthwise?: boolean;
  /** Absent = with a bias, which begins at zero. */
  readonly bias?: boolean;
  /** `torch` is what torch does unless told otherwise; `glorot` draws the filter otherwise and the bias alike. */
  readonly start?: 'he' | 'glorot' | 'torch';
}

/** A convolution with torch's padding: `[n, floor((h + 2 pad - size) / stride) + 1, ..., to]`. */
export function convolution(rule: TrainedConvolutionRule): Module {
  const { name, from, to, size, stride = 1, pad = (size - 1) / 2, depthwise = false, bias = true, start = 'he' } = rule;
  const [filterName, biasName] = [`${name}.weight`, `${name}.bias`];
  const fanIn = size * size * (depthwise ? 1 : from);
  const shape = depthwise ? [size, size, to, 1] : [size, size, from, to];
  const fanOut = size * size * (depthwise ? 1 : to);
  const filter = {
    he: () => heNormal(filterName, shape, fanIn),
    glorot: () => glorotNormal(filterName, shape, fanIn, fanOut),
    torch: () => torchUniform(filterName, shape, fanIn),
  }[start]();
  const bend = start === 'he' ? constant(biasName, [to], 0) : torchUniform(biasName, [to], fanIn);
  return {
    trained: [filter, ...(bias ? [bend] : [])],
    statistics: [],
    apply: (x, { values }) =>
      tf.tidy(() => {
        const framed =
          pad === 0
            ? x
            : tf.pad(x, [
                [0, 0],
                [pad, pad],
                [pad, pad],
                [0, 0],
              ]);
        // The native gradient of single pixels at a stride writes beyond its memory: they are picked out first.
        const picked = size === 1 && stride > 1;
        const seen = picked ? tf.avgPool(framed, 1, stride, 'valid') : framed;
        const strides = picked ? 1 : stride;
        const weights = values[filterName] as Tensor4D;
        const y = depthwise
          ? tf.depthwiseConv2d(seen, weights, strides, 'valid')
          : tf.conv2d(seen, weights, strides, 'valid');
        return bias ? y.add<Tensor4D>(values[biasName] as Tensor1D) : y;
      }),
  };
}
