import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { Tap } from '../backbones/extractor.js';
import { basicBlock } from '../nets/basic-block.js';
import type { Module } from '../nets/module.js';
import { sequence } from '../nets/sequence.js';
import { head } from './head.js';
import type { Pyramid } from './pyramid.js';
import { risingBlock } from './rising-block.js';
import { stagesOf } from './stages.js';

/** Blocks of a stage, as in ResNet-18. */
const BLOCKS = 2;

/**
 * The student of Reverse Distillation: a ResNet-18 turned around, from the bottleneck's embedding up to the finest tap. Where a tap has
 * other channels than the stage at its stride, a 1 x 1 convolution follows. Takes `[n, h / 2, w / 2, c]` of the coarsest tap's h and w.
 *
 * @param channelsAt the width of the network at a stride
 * @throws ConfigError when features lie no power of 2 apart
 */
export function studentDecoder(taps: readonly Tap[], channelsAt: (stride: number) => number): Pyramid {
  const finest = Math.min(...taps.map((tap) => tap.stride));
  const stages = stagesOf(taps, finest).reverse();
  let before = 2 * stages[0].stride;
  const parts = stages.map(({ stride, tap }, i) => {
    const [from, to] = [channelsAt(before), channelsAt(stride)];
    const name = `decoder${i + 1}`;
    const first = stride < before ? risingBlock(`${name}.0`, from, to) : basicBlock({ name: `${name}.0`, from, to });
    const others = Array.from({ length: BLOCKS - 1 }, (_, b) => basicBlock({ name: `${name}.${b + 1}`, from: to, to }));
    before = stride;
    const answer: Module | null = tap === null ? null : head(`head${taps.indexOf(tap)}`, tap, to);
    return { module: sequence([first, ...others]), tap, answer };
  });
  const modules = parts.flatMap(({ module, answer }) => (answer === null ? [module] : [module, answer]));
  return {
    trained: modules.flatMap((module) => module.trained),
    statistics: modules.flatMap((module) => module.statistics),
    apply: (x, pass) =>
      tf.tidy(() => {
        const found = new Map<Tap | null, Tensor4D>();
        let y = x;
        for (const { module, tap, answer } of parts) {
          y = module.apply(y, pass);
          if (answer !== null) found.set(tap, answer.apply(y, pass));
        }
        return taps.map((tap) => found.get(tap)!);
      }),
  };
}
