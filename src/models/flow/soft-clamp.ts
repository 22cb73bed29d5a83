import { tf, type Tensor } from '../../runtime/tf.js';

/** Turns what a subnet says into a logarithm of a scale that stays within a bound. */
export type SoftClamp = (raw: Tensor) => Tensor;

/** `bound * 2 / pi * atan(raw / bound)`: the slope at 0 is `2 / pi` (Ardizzone et al., Guided Image Generation, 2019). */
export function arctanClamp(bound: number): SoftClamp {
  return (raw) => tf.atan(raw.div(bound)).mul((2 * bound) / Math.PI);
}

/** `bound * tanh(raw)`. */
export function tanhClamp(bound: number): SoftClamp {
  return (raw) => raw.tanh().mul(bound);
}
