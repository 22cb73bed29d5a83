import { batchNorm } from './batch-norm.js';
import { convolution } from './convolution.js';
import type { Module } from './module.js';
import { rectified } from './rectified.js';
import { residual } from './residual.js';
import { sequence } from './sequence.js';

export interface BlockRule {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly stride?: number;
}

/** The basic block of ResNet-18 and 34 (He et al., CVPR 2016), with torchvision's names. */
export function basicBlock({ name, from, to, stride = 1 }: BlockRule): Module {
  const plainConvolution = { size: 3, bias: false } as const;
  const main = sequence([
    convolution({ ...plainConvolution, name: `${name}.conv1`, from, to, stride }),
    batchNorm(`${name}.bn1`, to),
    rectified,
    convolution({ ...plainConvolution, name: `${name}.conv2`, from: to, to }),
    batchNorm(`${name}.bn2`, to),
  ]);
  if (stride === 1 && from === to) return residual(main, null);
  const shortcut = sequence([
    convolution({ name: `${name}.downsample.0`, from, to, size: 1, stride, bias: false }),
    batchNorm(`${name}.downsample.1`, to),
  ]);
  return residual(main, shortcut);
}
