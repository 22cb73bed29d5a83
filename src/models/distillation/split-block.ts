import { tf, type Tensor4D } from '../../runtime/tf.js';
import { batchNorm } from '../nets/batch-norm.js';
import type { BlockRule } from '../nets/basic-block.js';
import { blockResidual } from '../nets/block-residual.js';
import { convolution } from '../nets/convolution.js';
import type { Module } from '../nets/module.js';
import { rectified } from '../nets/rectified.js';
import { sequence } from '../nets/sequence.js';

/**
 * The block of UniNet's bottleneck: each half of the channels has two convolutions of its own, and one of size 1 joins what both give; a shortcut
 * beside. The published block begins with filters of 7 x 7 in the second half, and replaces them by 3 x 3 before it is trained.
 */
export function splitBlock(rule: BlockRule): Module {
  const { name, from, to, stride } = rule;
  const sizes = [Math.ceil(from / 2), Math.floor(from / 2)];
  const half = Math.max(1, to >> 1);
  const branches = sizes.map((channels, i) =>
    sequence([
      convolution({ name: `${name}.half${i}.conv1`, from: channels, to: half, size: 3, stride, bias: false }),
      batchNorm(`${name}.half${i}.bn1`, half),
      rectified,
      convolution({ name: `${name}.half${i}.conv2`, from: half, to: half, size: 3, bias: false }),
      batchNorm(`${name}.half${i}.bn2`, half),
    ]),
  );
  const joining = sequence([
    convolution({ name: `${name}.conv3`, from: 2 * half, to, size: 1, bias: false }),
    batchNorm(`${name}.bn3`, to),
  ]);
  const main: Module = {
    trained: [...branches, joining].flatMap((module) => module.trained),
    statistics: [...branches, joining].flatMap((module) => module.statistics),
    apply: (x, pass) =>
      tf.tidy(() => {
        const halves = tf.split(x, sizes, 3).map((part, i) => branches[i].apply(part as Tensor4D, pass));
        return joining.apply(tf.concat(halves, 3), pass);
      }),
  };
  return blockResidual(rule, main);
}
