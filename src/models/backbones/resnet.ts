import { tf, type Tensor4D } from '../../runtime/tf.js';
import { chain, convolutionPart, type Part } from './chain.js';
import type { ConvolutionRule } from './convolution.js';
import type { Network } from './network.js';

/** A member of the ResNet family. */
export interface ResnetShape {
  readonly block: 'basic' | 'bottleneck';
  /** Blocks of `layer1` to `layer4`. */
  readonly blocks: readonly number[];
  /** Channels of the stem. */
  readonly width: number;
  /** How many times wider the inner convolutions of a bottleneck are (2 in wide_resnet50_2). */
  readonly widening?: number;
  readonly epsilon: number;
}

const EXPANSION = { basic: 1, bottleneck: 4 };

/**
 * He et al., Deep Residual Learning for Image Recognition, CVPR 2016, as torchvision and timm build it: the stride of a bottleneck is on
 * its 3 x 3 convolution. Taps: `stem` (after the activation), `maxpool`, `layer1` to `layer4`. Tensor names are torchvision's and
 * timm's, which are the same.
 */
export function resnet(shape: ResnetShape): Network {
  const { width, epsilon } = shape;
  const norm = { name: 'bn1', epsilon };
  const parts: Part[] = [
    convolutionPart(
      { name: 'conv1', norm, from: 3, to: width, size: 7, stride: 2, pad: 3, activation: 'relu' },
      'stem',
    ),
    // Torch pads with minus infinity, as tfjs does where the padding is a number.
    { tap: 'maxpool', stride: 2, channels: width, convolutions: [], run: (x) => tf.maxPool(x, 3, 2, 1) },
  ];
  let from = width;
  for (const [i, count] of shape.blocks.entries()) {
    const inner = width * 2 ** i;
    for (let block = 0; block < count; block++) {
      const stride = i > 0 && block === 0 ? 2 : 1;
      const tap = block === count - 1 ? `layer${i + 1}` : undefined;
      parts.push(residual(shape, { name: `layer${i + 1}.${block}`, from, inner, stride, tap }));
      from = inner * EXPANSION[shape.block];
    }
  }
  return chain(parts, /^fc\.(weight|bias)$|\.num_batches_tracked$/);
}

interface BlockPlace {
  readonly name: string;
  readonly from: number;
  readonly inner: number;
  readonly stride: number;
  readonly tap: string | undefined;
}

function residual(shape: ResnetShape, { name, from, inner, stride, tap }: BlockPlace): Part {
  const { epsilon } = shape;
  const to = inner * EXPANSION[shape.block];
  const rule = (n: number, rest: Omit<ConvolutionRule, 'name' | 'norm'>): ConvolutionRule => ({
    name: `${name}.conv${n}`,
    norm: { name: `${name}.bn${n}`, epsilon },
    ...rest,
  });
  const wide = inner * (shape.widening ?? 1);
  const main =
    shape.block === 'basic'
      ? [
          rule(1, { from, to: inner, size: 3, stride, pad: 1, activation: 'relu' }),
          rule(2, { from: inner, to, size: 3, pad: 1 }),
        ]
      : [
          rule(1, { from, to: wide, size: 1, activation: 'relu' }),
          rule(2, { from: wide, to: wide, size: 3, stride, pad: 1, activation: 'relu' }),
          rule(3, { from: wide, to, size: 1 }),
        ];
  const shortcut: ConvolutionRule[] =
    stride === 1 && from === to
      ? []
      : [
          {
            name: `${name}.downsample.0`,
            norm: { name: `${name}.downsample.1`, epsilon },
            from,
            to,
            size: 1,
            stride,
          },
        ];
  return {
    tap,
    stride,
    channels: to,
    convolutions: [...main, ...shortcut],
    run: (x, convolutions) => {
      const inside = convolutions.slice(0, main.length).reduce((y, convolution) => convolution.apply(y), x);
      const beside = convolutions.length > main.length ? convolutions[main.length].apply(x) : x;
      return tf.relu(tf.add(inside, beside)) as Tensor4D;
    },
  };
}
