import { batchNorm } from './batch-norm.js';
import { blockResidual } from './block-residual.js';
import { convolution } from './convolution.js';
import type { Module } from './module.js';
import { rectified } from './rectified.js';
import { sequence } from './sequence.js';

export interface BlockRule {
  readonly name: string;
  readonly from: number;
  readonly to: number;
  readonly stride?: number;
}

/** The basic block of ResNet-18 and 34 (He et al., CVPR 2016), with torchvision's names. */
export function basicBlock(rule: BlockRule): Module {
  const { name, from, to, stride } = rule;
  const plainConvolution = { size: 3, bias: false } as const;
  const main = sequence([
    convolution({ ...plainConvolution, name: `${name}.conv1`, from, to, stride }),
    batchNorm(`${name}.bn1`, to),
    rectified,
    convolution({ ...plainConvolution, name: `${name}.conv2`, from: to, to }),
    batchNorm(`${name}.bn2`, to),
  ]);
  return blockResidual(rule, main);
}
