import type { TrainingRule } from '../../config/training-rule.js';
import { Random } from '../../runtime/random.js';
import { tf, type Tensor, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';
import { begin } from '../nets/module.js';
import { cycle } from '../training/cycle.js';
import type { TrainingPictures } from '../training/training-pictures.js';
import type { TrainingTask } from '../training/training-task.js';
import type { FeatureBatch, FeatureNet } from './feature-net.js';

export interface FeatureNetData {
  /** Features of good pictures; borrowed. */
  readonly good: TrainingPictures;
  /** Features and masks of labelled defects, as `embedWithMasks` gives them; borrowed. */
  readonly defective: TrainingPictures | null;
  /** `[d]`: by what features are multiplied; borrowed. */
  readonly scale: Tensor1D;
  readonly seed: number;
}

/**
 * The training of a network on features. Its steps are given features, masks and labels, and what the network draws. With labelled defects,
 * every step has a batch of good pictures and one of defects, which are gone through as often as it takes.
 */
export function featureNetTask(name: string, rule: TrainingRule, net: FeatureNet, data: FeatureNetData): TrainingTask {
  const { good, defective, scale, seed } = data;
  const random = new Random(seed);
  const starts = (kind: 'trained' | 'statistics') => net.modules.flatMap((module) => module[kind]);
  const { heldOut } = good;
  return {
    name,
    rule,
    start: begin(starts('trained'), random.fork('start')),
    statistics: begin(starts('statistics'), random.fork('start')),
    rateOf: (parameter) => net.rateOf?.(parameter) ?? 1,
    stepsPerEpoch: good.stepsPerEpoch,
    batches: (_, drawing) => {
      const bad = defective === null ? null : cycle(defective, drawing.fork('defects'));
      return steps(good.batches(drawing.fork('order')), bad, drawing.fork('noise'));
    },
    loss: ([features, masks, labels, ...drawn], pass) => {
      const scaled = features.mul<Tensor4D>(scale);
      return net.loss({ features: scaled, masks: masks as Tensor4D, labels: labels as Tensor1D }, drawn, pass);
    },
    // The same noise at every look, so that losses can be compared.
    ...(heldOut === null ? {} : { heldOut: () => steps(heldOut(), null, random.fork('held out')) }),
  };

  async function* steps(
    batches: AsyncIterable<Tensor4D>,
    bad: AsyncGenerator<Tensor4D> | null,
    drawing: Random,
  ): AsyncIterable<Tensor[]> {
    try {
      for await (const features of batches) {
        const defects = bad === null ? null : ((await bad.next()).value as Tensor4D);
        const batch = joined(features, defects);
        yield [batch.features, batch.masks, batch.labels, ...net.draw(drawing, batch.features.shape)];
      }
    } finally {
      await bad?.return(undefined);
    }
  }
}

/** Disposes what it is given. */
function joined(good: Tensor4D, defects: Tensor4D | null): FeatureBatch {
  const batch = tf.tidy(() => {
    const [n, h, w, d] = good.shape;
    const clean = { features: good.clone(), masks: tf.zeros([n, h, w, 1]), labels: tf.zeros([n]) };
    if (defects === null) return clean;
    const [features, masks] = tf.split(defects, [d, 1], 3);
    // A defective picture whose mask is not known is defective all the same; a tile beside the defect is not.
    const labels = masks.max([1, 2, 3]).notEqual(0).toFloat();
    return {
      features: tf.concat([clean.features, features], 0),
      masks: tf.concat([clean.masks, masks], 0),
      labels: tf.concat([clean.labels, labels], 0),
    };
  });
  tf.dispose(defects === null ? good : [good, defects]);
  return batch as unknown as FeatureBatch;
}
