import { tf, type Tensor4D } from '../../runtime/tf.js';
import { dense } from './dense.js';
import { plain, type Module } from './module.js';
import { rectified } from './rectified.js';
import { sequence } from './sequence.js';

export interface PerceptronRule {
  /** Of the layers, `NAME.0`, `NAME.1` and so on. */
  readonly name: string;
  /** What goes in, the layers between, what comes out. */
  readonly widths: readonly number[];
  /** Absent = with biases. */
  readonly bias?: boolean;
  /** The slope of the rectifiers below zero; absent = 0. */
  readonly leak?: number;
}

/** Linear layers with rectifiers between them, for the channels of every place: `[n, h, w, first]` -> `[n, h, w, last]`. */
export function perceptron({ name, widths, bias = true, leak = 0 }: PerceptronRule): Module {
  const between = leak === 0 ? rectified : plain((x) => tf.leakyRelu(x, leak) as Tensor4D);
  const layers = widths.slice(1).map((to, i) => dense(`${name}.${i}`, widths[i], to, { bias }));
  return sequence(layers.flatMap((layer, i) => (i === 0 ? [layer] : [between, layer])));
}
