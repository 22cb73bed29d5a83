import { ConfigError } from '../../errors.js';
import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { Tap } from '../backbones/extractor.js';
import { basicBlock } from '../nets/basic-block.js';
import { batchNorm } from '../nets/batch-norm.js';
import { convolution } from '../nets/convolution.js';
import { plain, type Module } from '../nets/module.js';
import { rectified } from '../nets/rectified.js';
import { sequence } from '../nets/sequence.js';
import { head } from './head.js';
import type { Pyramid } from './pyramid.js';
import { stagesOf } from './stages.js';

/** Blocks of a stage, as in ResNet-18. */
const BLOCKS = 2;

interface Part {
  readonly module: Module;
  /** Taps that are answered with the part's result, each through a head of its own. */
  readonly answers: readonly { readonly tap: Tap; readonly head: Module }[];
}

/**
 * The student of STFPM: a ResNet-18 as far as the strides of the teacher's taps ask for. Where a tap has other channels than the stage at
 * its stride, a 1 x 1 convolution follows; a teacher that is a ResNet-18 has the very same network as its student, names included.
 * Takes pictures `[n, h, w, 3]` normalised as those of ImageNet are.
 *
 * @param width channels of the stem and of the first stage; they double as the stride does. 64 in ResNet-18
 * @throws ConfigError when features lie less than 2 pixels apart, or no power of 2
 */
export function studentPyramid(taps: readonly Tap[], width: number): Pyramid {
  const parts = partsOf(taps, width);
  const modules = parts.flatMap(({ module, answers }) => [module, ...answers.map((answer) => answer.head)]);
  return {
    trained: modules.flatMap((module) => module.trained),
    statistics: modules.flatMap((module) => module.statistics),
    apply: (x, pass) =>
      tf.tidy(() => {
        const found = new Map<Tap, Tensor4D>();
        let y = x;
        for (const { module, answers } of parts) {
          y = module.apply(y, pass);
          for (const answer of answers) found.set(answer.tap, answer.head.apply(y, pass));
        }
        return taps.map((tap) => found.get(tap)!);
      }),
  };
}

function partsOf(taps: readonly Tap[], width: number): Part[] {
  if (taps.some((tap) => tap.stride < 2)) {
    throw new ConfigError('backbone.layers: a student needs features that lie 2 pixels apart or more');
  }
  const answerTo = (tap: Tap, from: number) => ({ tap, head: head(`head${taps.indexOf(tap)}`, tap, from) });
  const stages = stagesOf(taps, 4);
  const parts: Part[] = [
    { module: stem(width), answers: taps.filter((tap) => tap.stride === 2).map((tap) => answerTo(tap, width)) },
  ];
  if (stages.length > 0) parts.push({ module: plain((x) => tf.maxPool(x, 3, 2, 1)), answers: [] });
  let [from, before] = [width, 4];
  for (const [i, { stride, tap }] of stages.entries()) {
    const to = (width * stride) / 4;
    const rule = (block: number) => ({ name: `layer${i + 1}.${block}`, to });
    const first = basicBlock({ ...rule(0), from, stride: stride / before });
    const others = Array.from({ length: BLOCKS - 1 }, (_, b) => basicBlock({ ...rule(b + 1), from: to }));
    parts.push({ module: sequence([first, ...others]), answers: tap === null ? [] : [answerTo(tap, to)] });
    [from, before] = [to, stride];
  }
  return parts;
}

function stem(width: number): Module {
  return sequence([
    convolution({ name: 'conv1', from: 3, to: width, size: 7, stride: 2, bias: false }),
    batchNorm('bn1', width),
    rectified,
  ]);
}
