import { batchNorm } from './batch-norm.js';
import { convolution } from './convolution.js';
import type { Module } from './module.js';
import { rectified } from './rectified.js';
import { sequence } from './sequence.js';

/** A convolution of size 3, batch normalisation and a rectifier. */
export function normedConvolution(name: string, from: number, to: number, stride = 1): Module {
  return sequence([
    convolution({ name: `${name}.conv`, from, to, size: 3, stride, bias: false }),
    batchNorm(`${name}.norm`, to),
    rectified,
  ]);
}

/** Two of them, one after the other. */
export function twoNormedConvolutions(name: string, from: number, to: number): Module {
  return sequence([normedConvolution(`${name}.0`, from, to), normedConvolution(`${name}.1`, to, to)]);
}
