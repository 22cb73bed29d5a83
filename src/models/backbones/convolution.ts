import { tf, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';
import type { Parameter, ParameterValues } from '../weights/match-parameters.js';
import { activate, type Activation } from './activation.js';

/** A convolution of torch with what follows it. */
export interface ConvolutionRule {
  /** Prefix of `.weight` and, without `norm`, of `.bias`. */
  readonly name: string;
  /** Prefix of a batch normalisation, which is folded into the filter. */
  readonly norm?: { readonly name: string; readonly epsilon: number };
  readonly from: number;
  readonly to: number;
  /** Side of the filter. */
  readonly size: number;
  readonly stride?: number;
  /** Pixels of zeros on every side; `same` = TensorFlow's SAME, which puts an odd one at the end and so depends on the size. */
  readonly pad?: number | 'same';
  /** Every channel has a filter of its own; `from` equals `to`. */
  readonly depthwise?: boolean;
  readonly activation?: Activation;
}

const STATISTICS = ['weight', 'bias', 'running_mean', 'running_var'] as const;

/** What the convolution reads from its checkpoint. */
export function convolutionParameters({ name, norm, from, to, size, depthwise }: ConvolutionRule): Parameter[] {
  const filter = { name: `${name}.weight`, shape: [to, depthwise === true ? 1 : from, size, size] };
  if (norm === undefined) return [filter, { name: `${name}.bias`, shape: [to] }];
  return [filter, ...STATISTICS.map((key) => ({ name: `${norm.name}.${key}`, shape: [to] }))];
}

/** A convolution on the device: one fused call, and the activation where the call does not have it. */
export class Convolution {
  private readonly filter: Tensor4D;
  private readonly bias: Tensor1D;

  constructor(
    private readonly rule: ConvolutionRule,
    values: ParameterValues,
  ) {
    const { gain, bias } = gainAndBias(rule, values);
    const { from, to, size, depthwise } = rule;
    const filter = toHwio(values(`${rule.name}.weight`)!, gain, depthwise === true ? 1 : from, to, size);
    this.filter = tf.tensor4d(filter, depthwise === true ? [size, size, to, 1] : [size, size, from, to]);
    this.bias = tf.tensor1d(bias);
  }

  /**
   * @param x `[n, h, w, from]`, borrowed
   * @returns `[n, floor((h + 2 pad - size) / stride) + 1, ..., to]`, with `same` `[n, ceil(h / stride), ..., to]`, owned by the caller
   */
  apply(x: Tensor4D): Tensor4D {
    const { size, stride = 1, pad = 0, activation = 'linear' } = this.rule;
    const fused = activation === 'relu' || activation === 'linear';
    // Torch pads all sides alike, which TensorFlow's SAME does too unless there is a stride. Padding as an attribute is avoided:
    // TensorFlow's optimiser loses it where it fuses depthwise convolutions, and ends the process.
    const same = pad === 'same' || (stride === 1 && 2 * pad === size - 1);
    return tf.tidy(() => {
      const call = {
        x: same || pad === 0 ? x : framed(x, pad),
        filter: this.filter,
        bias: this.bias,
        strides: stride,
        pad: same ? 'same' : 'valid',
        activation: fused ? activation : 'linear',
      } as const;
      const y = this.rule.depthwise === true ? tf.fused.depthwiseConv2d(call) : tf.fused.conv2d(call);
      return fused ? y : activate(y, activation);
    });
  }

  dispose(): void {
    tf.dispose([this.filter, this.bias]);
  }
}

function framed(x: Tensor4D, pad: number): Tensor4D {
  const frame: [number, number] = [pad, pad];
  return tf.pad(x, [[0, 0], frame, frame, [0, 0]]);
}

/** Batch normalisation of a trained network is `gain x + bias` a channel, computed in float64. */
function gainAndBias(rule: ConvolutionRule, values: ParameterValues): { gain: Float64Array; bias: Float32Array } {
  const { name, norm, to } = rule;
  if (norm === undefined) return { gain: new Float64Array(to).fill(1), bias: values(`${name}.bias`)! };
  const [weight, bias, mean, variance] = STATISTICS.map((key) => values(`${norm.name}.${key}`)!);
  const gain = Float64Array.from(weight, (w, i) => w / Math.sqrt(variance[i] + norm.epsilon));
  return { gain, bias: bias.map((b, i) => b - mean[i] * gain[i]) };
}

/** Torch's `[to, from, h, w]` as `[h, w, from, to]`, times a gain for every `to`. (With `from` 1 also `[h, w, to, 1]`.) */
function toHwio(oihw: Float32Array, gain: Float64Array, from: number, to: number, size: number): Float32Array {
  const area = size * size;
  const hwio = new Float32Array(oihw.length);
  let at = 0;
  for (let o = 0; o < to; o++) {
    for (let i = 0; i < from; i++) {
      for (let p = 0; p < area; p++) hwio[(p * from + i) * to + o] = oihw[at++] * gain[o];
    }
  }
  return hwio;
}
