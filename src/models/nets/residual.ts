import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { Module } from './module.js';

/**
 * What a residual block is: a main path beside a shortcut, summed and rectified (He et al., CVPR 2016).
 *
 * @param main gives the shape that the shortcut gives
 * @param shortcut null = the input itself
 */
export function residual(main: Module, shortcut: Module | null): Module {
  return {
    trained: [...main.trained, ...(shortcut?.trained ?? [])],
    statistics: [...main.statistics, ...(shortcut?.statistics ?? [])],
    apply: (x, pass) => tf.tidy(() => tf.relu(main.apply(x, pass).add<Tensor4D>(shortcut?.apply(x, pass) ?? x))),
  };
}
