import { tf, type Scalar, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';
import { basicBlock } from '../nets/basic-block.js';
import { batchNorm } from '../nets/batch-norm.js';
import { convolution } from '../nets/convolution.js';
import { plain, type Module, type Pass } from '../nets/module.js';
import { rectified } from '../nets/rectified.js';
import { sequence } from '../nets/sequence.js';
import type { CutPasteParams } from './cutpaste-params.js';

type NetworkParams = Pick<CutPasteParams, 'width' | 'stages' | 'head' | 'augment'>;

/** Pictures of a step for every good one: itself, and one for each kind of patch. */
function classesOf(augment: CutPasteParams['augment']): number {
  return augment === '3way' ? 3 : 2;
}

/** The features of a small residual network, and the classes that they are trained to tell apart. */
export interface CutPasteNetwork {
  /** `[n, h, w, 3]`, values 0..255 -> `[n, h', w', channels]` */
  readonly features: Module;
  /** `[n, 1, 1, channels]` -> `[n, 1, 1, classes]` */
  readonly head: Module;
  readonly channels: number;
  /** Pixels of the input for a place of the features. */
  readonly stride: number;
}

export function cutPasteNetwork({ width, stages, head, augment }: NetworkParams): CutPasteNetwork {
  const widths = Array.from({ length: stages }, (_, i) => width * 2 ** i);
  const channels = widths[stages - 1];
  const features = sequence([
    plain((x) => x.div<Tensor4D>(127.5).sub<Tensor4D>(1)),
    convolution({ name: 'stem.conv', from: 3, to: width, size: 3, stride: 2, pad: 1, bias: false }),
    batchNorm('stem.norm', width),
    rectified,
    ...widths.map((to, i) => basicBlock({ name: `stage${i}`, from: i === 0 ? width : widths[i - 1], to, stride: 2 })),
  ]);
  const projection = sequence([
    convolution({ name: 'head.conv', from: channels, to: head, size: 1, bias: false }),
    batchNorm('head.norm', head),
    rectified,
    convolution({ name: 'head.classes', from: head, to: classesOf(augment), size: 1, start: 'torch' }),
  ]);
  return { features, head: projection, channels, stride: 2 ** (stages + 1) };
}

/**
 * The mean cross entropy of telling good pictures from those with patches.
 *
 * @param kinds the good pictures, then the same ones with every kind of patch, `[n, h, w, 3]` each, borrowed
 * @returns owned by the caller
 */
export function cutPasteLoss({ features, head }: CutPasteNetwork, kinds: readonly Tensor4D[], pass: Pass): Scalar {
  return tf.tidy(() => {
    const [n] = kinds[0].shape;
    const all = features.apply(tf.concat([...kinds], 0), pass);
    const logits = head.apply(all.mean([1, 2], true) as Tensor4D, pass).reshape([-1, kinds.length]) as Tensor2D;
    const labels = kinds.flatMap((_, kind) => Array.from({ length: n }, () => kind));
    const truth = tf.oneHot(tf.tensor1d(labels, 'int32'), kinds.length);
    return tf.logSoftmax(logits).mul(truth).sum(1).mean().neg() as Scalar;
  });
}
