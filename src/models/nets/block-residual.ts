import type { BlockRule } from './basic-block.js';
import { batchNorm } from './batch-norm.js';
import { convolution } from './convolution.js';
import type { Module } from './module.js';
import { residual } from './residual.js';
import { sequence } from './sequence.js';

/** The residual block around a main path, with a 1 x 1 convolution on the shortcut where shapes differ; torchvision's names. */
export function blockResidual({ name, from, to, stride = 1 }: BlockRule, main: Module): Module {
  if (stride === 1 && from === to) return residual(main, null);
  const shortcut = sequence([
    convolution({ name: `${name}.downsample.0`, from, to, size: 1, stride, bias: false }),
    batchNorm(`${name}.downsample.1`, to),
  ]);
  return residual(main, shortcut);
}
