import { tf, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';
import type { Tap } from '../backbones/extractor.js';
import type { Module, Pass, Start } from '../nets/module.js';
import { constant } from '../nets/starts.js';
import { bottleneck } from './bottleneck.js';
import { selectFeatures } from './feature-selection.js';
import { splitBlock } from './split-block.js';
import { studentDecoder } from './student-decoder.js';

/** What is compared, pair by pair; every layer twice. */
export interface UniNetPairs {
  readonly teachers: readonly Tensor4D[];
  readonly answers: readonly Tensor4D[];
}

export interface UniNetwork {
  readonly trained: readonly Start[];
  readonly statistics: readonly Start[];
  /**
   * Both teachers and the student's answers crosswise: it is to find the source's features in the target's, and the target's in the source's.
   *
   * @param features of the source teacher, borrowed
   * @returns owned by the caller
   */
  pairs(features: readonly Tensor4D[], pass: Pass): UniNetPairs;
}

/** The beginning of the names of the target teacher's tensors. */
export const TARGET = 'target.';

/**
 * The networks of UniNet: a target teacher, which begins as the fixed source teacher and is trained along slowly, and one bottleneck and student for
 * both.
 *
 * @param channelsAt the width of the student at a stride
 * @throws ConfigError when features lie no power of 2 apart
 */
export function uninetNetwork(taps: readonly Tap[], channelsAt: (stride: number) => number): UniNetwork {
  const target = taps.map((tap, i) => drifting(`${TARGET}${i}`, tap.channels));
  const embedding = bottleneck(taps, channelsAt, splitBlock);
  const student = studentDecoder(taps, channelsAt);
  const gates = taps.map((tap, i) => constant(`selection.${i}`, [tap.channels], 0));
  const parts = [...target, embedding, student];
  return {
    trained: [...parts.flatMap((part) => part.trained), ...gates],
    statistics: parts.flatMap((part) => part.statistics),
    pairs: (source, pass) => {
      const count = taps.length;
      const both = tf.tidy(() => {
        const drifted = source.map((layer, i) => target[i].apply(layer, pass));
        const joined = drifted.map((layer, i) => tf.concat([layer, source[i]], 0));
        const answers = student.apply(embedding.apply(joined, pass), pass);
        const halves = answers.map((answer) => tf.split(answer, 2, 0) as Tensor4D[]);
        const teachers = [...source.map((layer) => layer.clone()), ...drifted];
        const crosswise = [0, 1].flatMap((half) => halves.map((pair) => pair[half]));
        const selected = crosswise.map((answer, i) =>
          selectFeatures(answer, teachers[i], pass.values[gates[i % count].name] as Tensor1D),
        );
        return [...teachers, ...selected];
      });
      return { teachers: both.slice(0, 2 * count), answers: both.slice(2 * count) };
    },
  };
}

/** Features with a matrix of their own added, which begins at 0. */
function drifting(name: string, channels: number): Module {
  const key = `${name}.weight`;
  return {
    trained: [constant(key, [1, 1, channels, channels], 0)],
    statistics: [],
    apply: (x, { values }) => tf.tidy(() => x.add(tf.conv2d(x, values[key] as Tensor4D, 1, 'valid'))),
  };
}
