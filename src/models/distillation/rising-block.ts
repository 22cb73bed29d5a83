import { batchNorm } from '../nets/batch-norm.js';
import { convolution } from '../nets/convolution.js';
import type { Module } from '../nets/module.js';
import { rectified } from '../nets/rectified.js';
import { residual } from '../nets/residual.js';
import { risingConvolution } from '../nets/rising-convolution.js';
import { sequence } from '../nets/sequence.js';

/**
 * The basic block of a ResNet turned around, as the decoder of Reverse Distillation has it: a transposed convolution where the block of the
 * encoder has a stride. Doubles both sides of the grid.
 */
export function risingBlock(name: string, from: number, to: number): Module {
  const main = sequence([
    risingConvolution(`${name}.conv1`, from, to),
    batchNorm(`${name}.bn1`, to),
    rectified,
    convolution({ name: `${name}.conv2`, from: to, to, size: 3, bias: false }),
    batchNorm(`${name}.bn2`, to),
  ]);
  const shortcut = sequence([risingConvolution(`${name}.upsample.0`, from, to), batchNorm(`${name}.upsample.1`, to)]);
  return residual(main, shortcut);
}
