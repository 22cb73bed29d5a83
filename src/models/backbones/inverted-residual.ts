import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { Activation } from './activation.js';
import type { Part } from './chain.js';
import type { ConvolutionRule } from './convolution.js';

/** Names of the tensors of a block. */
export interface InvertedResidualNames {
  /** Convolution and normalisation; used where the block widens. */
  readonly expand: readonly [string, string];
  readonly depthwise: readonly [string, string];
  /** The two 1 x 1 convolutions of the squeeze-and-excitation. */
  readonly squeeze: readonly [string, string];
  readonly project: readonly [string, string];
}

export interface InvertedResidual {
  readonly names: InvertedResidualNames;
  readonly from: number;
  /** Channels inside; a block that does not widen has no first convolution. */
  readonly inner: number;
  readonly to: number;
  readonly size: number;
  readonly stride: number;
  /** Channels of the squeeze-and-excitation; null = there is none. */
  readonly squeeze: number | null;
  readonly activation: Activation;
  /** Inside the squeeze-and-excitation, and at its end. */
  readonly squeezeActivation: Activation;
  readonly gate: Activation;
  /** TensorFlow's SAME padding in place of torch's. */
  readonly same: boolean;
  readonly epsilon: number;
}

/**
 * The block of MobileNetV2 (Sandler et al. 2018) with squeeze-and-excitation (Hu et al. 2018), of which MobileNetV3 and EfficientNet are
 * made: widen, filter every channel, weigh the channels by their means, project; added to the input where nothing changes in size.
 */
export function invertedResidual(block: InvertedResidual, tap?: string): Part {
  const { names, from, inner, to, size, stride, activation, epsilon } = block;
  const rule = ([name, norm]: readonly [string, string], rest: Omit<ConvolutionRule, 'name'>): ConvolutionRule => ({
    name,
    norm: { name: norm, epsilon },
    ...rest,
  });
  const pad = block.same ? 'same' : (size - 1) / 2;
  const before = [
    ...(inner === from ? [] : [rule(names.expand, { from, to: inner, size: 1, activation })]),
    rule(names.depthwise, { from: inner, to: inner, size, stride, pad, depthwise: true, activation }),
  ];
  const weighing: ConvolutionRule[] =
    block.squeeze === null
      ? []
      : [
          { name: names.squeeze[0], from: inner, to: block.squeeze, size: 1, activation: block.squeezeActivation },
          { name: names.squeeze[1], from: block.squeeze, to: inner, size: 1, activation: block.gate },
        ];
  const added = stride === 1 && from === to;
  return {
    tap,
    stride,
    channels: to,
    convolutions: [...before, ...weighing, rule(names.project, { from: inner, to, size: 1 })],
    run: (x, convolutions) => {
      let y = convolutions.slice(0, before.length).reduce((features, conv) => conv.apply(features), x);
      if (weighing.length > 0) {
        const [squeeze, excite] = convolutions.slice(before.length);
        y = y.mul(excite.apply(squeeze.apply(y.mean([1, 2], true) as Tensor4D))) as Tensor4D;
      }
      const projected = convolutions[convolutions.length - 1].apply(y);
      return added ? (tf.add(projected, x) as Tensor4D) : projected;
    },
  };
}

/** Channel counts are multiples of 8, and never below 0.9 of what was meant (Howard et al. 2017). */
export function divisibleBy8(channels: number): number {
  const rounded = Math.max(8, Math.floor((channels + 4) / 8) * 8);
  return rounded < 0.9 * channels ? rounded + 8 : rounded;
}
