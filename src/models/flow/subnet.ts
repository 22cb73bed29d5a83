import type { Tensor4D } from '../../runtime/tf.js';
import type { Module, Pass, Start } from '../nets/module.js';
import type { Scales } from './flow.js';

/** The network inside a coupling; it need not be invertible. */
export interface Subnet {
  readonly trained: readonly Start[];
  /**
   * Reads nothing back and draws nothing at random.
   *
   * @param x one `[n, h, w, from]` a scale, borrowed
   * @returns one `[n, h, w, to]` a scale, owned by the caller
   */
  apply(x: Scales, pass: Pass): Tensor4D[];
}

/** Makes the subnet of a coupling. */
export type MakeSubnet = (name: string, from: number, to: number) => Subnet;

/** A module without statistics as a subnet that treats every scale alike. */
export function subnetOf({ trained, apply }: Module): Subnet {
  return { trained, apply: (x, pass) => x.map((scale) => apply(scale, pass)) };
}
