import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { Module } from './module.js';

/** Modules in a row. */
export function sequence(modules: readonly Module[]): Module {
  return {
    trained: modules.flatMap((module) => module.trained),
    statistics: modules.flatMap((module) => module.statistics),
    apply: (x, pass) =>
      tf.tidy(() => modules.reduce<Tensor4D>((y, module) => module.apply(y, pass), x).clone() as Tensor4D),
  };
}
