import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { Tap } from '../backbones/extractor.js';
import { basicBlock, type BlockRule } from '../nets/basic-block.js';
import { batchNorm } from '../nets/batch-norm.js';
import { convolution } from '../nets/convolution.js';
import type { Module, Pass, Start } from '../nets/module.js';
import { rectified } from '../nets/rectified.js';
import { sequence } from '../nets/sequence.js';

/** Blocks of the embedding, as in ResNet-18. */
const BLOCKS = 2;

/** A network that makes one tensor of all taps of a teacher. */
export interface Bottleneck {
  readonly trained: readonly Start[];
  readonly statistics: readonly Start[];
  /**
   * @param features in the order of the taps, borrowed
   * @returns `[n, h / 2, w / 2, c]` of the coarsest tap's h and w, owned by the caller
   */
  apply(features: readonly Tensor4D[], pass: Pass): Tensor4D;
}

/**
 * The one-class bottleneck embedding of Reverse Distillation. Multi-scale feature fusion: convolutions of stride 2 bring every tap to the
 * grid of the coarsest, where all lie side by side. One-class embedding: a stage of residual blocks that halves the grid, so that what
 * good pictures do not have gets lost.
 *
 * @param channelsAt the width of the network at a stride
 * @param block of the embedding
 */
export function bottleneck(
  taps: readonly Tap[],
  channelsAt: (stride: number) => number,
  block: (rule: BlockRule) => Module = basicBlock,
): Bottleneck {
  const coarsest = Math.max(...taps.map((tap) => tap.stride));
  const fused = taps.map((tap, i) => falling(`mff.${i}`, tap, coarsest, channelsAt));
  const from = taps.reduce((sum, tap) => sum + (tap.stride === coarsest ? tap.channels : channelsAt(coarsest)), 0);
  const to = channelsAt(2 * coarsest);
  const embedding = sequence([
    block({ name: 'oce.0', from, to, stride: 2 }),
    ...Array.from({ length: BLOCKS - 1 }, (_, b) => block({ name: `oce.${b + 1}`, from: to, to })),
  ]);
  const modules = [...fused, embedding];
  return {
    trained: modules.flatMap((module) => module.trained),
    statistics: modules.flatMap((module) => module.statistics),
    apply: (features, pass) =>
      tf.tidy(() => {
        const aligned = fused.map((module, i) => module.apply(features[i], pass));
        return embedding.apply(aligned.length === 1 ? aligned[0] : tf.concat(aligned, 3), pass);
      }),
  };
}

/** Nothing at all for a tap on the coarsest grid. */
function falling(name: string, tap: Tap, coarsest: number, channelsAt: (stride: number) => number): Module {
  const steps: Module[] = [];
  let from = tap.channels;
  for (let stride = 2 * tap.stride; stride <= coarsest; stride *= 2) {
    const to = channelsAt(stride);
    const step = `${name}.${steps.length / 3}`;
    steps.push(
      convolution({ name: `${step}.conv`, from, to, size: 3, stride: 2, bias: false }),
      batchNorm(`${step}.bn`, to),
      rectified,
    );
    from = to;
  }
  return sequence(steps);
}
