import type { Random } from '../../runtime/random.js';
import type { Start } from './module.js';

/**
 * Normal values of variance `2 / fanIn` (He et al., Delving Deep into Rectifiers, ICCV 2015): for layers before a rectifier.
 *
 * @param gain times which the standard deviation is taken
 */
export function heNormal(name: string, shape: readonly number[], fanIn: number, gain = 1): Start {
  const deviation = gain * Math.sqrt(2 / fanIn);
  return drawn(name, shape, (random) => deviation * random.normal());
}

/** Normal values of variance `2 / (fanIn + fanOut)` (Glorot and Bengio, AISTATS 2010): torch's `xavier_normal_`. */
export function glorotNormal(name: string, shape: readonly number[], fanIn: number, fanOut: number): Start {
  const deviation = Math.sqrt(2 / (fanIn + fanOut));
  return drawn(name, shape, (random) => deviation * random.normal());
}

/** Uniform values within `1 / sqrt(fanIn)`, as torch begins its linear and convolutional layers. */
export function torchUniform(name: string, shape: readonly number[], fanIn: number): Start {
  const bound = 1 / Math.sqrt(fanIn);
  return drawn(name, shape, (random) => random.uniform(-bound, bound));
}

/** Normal values of a standard deviation, those beyond `bound` drawn anew: torch's `trunc_normal_`. */
export function truncatedNormal(name: string, shape: readonly number[], deviation: number, bound: number): Start {
  return drawn(name, shape, (random) => {
    for (;;) {
      const value = deviation * random.normal();
      if (Math.abs(value) <= bound) return value;
    }
  });
}

/** The same value everywhere. */
export function constant(name: string, shape: readonly number[], value: number): Start {
  return drawn(name, shape, () => value);
}

function drawn(name: string, shape: readonly number[], one: (random: Random) => number): Start {
  const count = shape.reduce((a, b) => a * b, 1);
  return { name, shape, draw: (random) => Float32Array.from({ length: count }, () => one(random)) };
}
