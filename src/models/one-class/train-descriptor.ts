import { DataError } from '../../errors.js';
import type { NeighborIndex } from '../../ops/nearest.js';
import { Random } from '../../runtime/random.js';
import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { FitContext } from '../detector.js';
import { AdamW, type AdamWRates } from './adamw.js';
import { cfaLoss, type CfaLossRule, type CfaWeights } from './cfa-loss.js';
import { withCoordinates } from './descriptor.js';

export interface DescriptorTraining {
  readonly epochs: number;
  readonly rates: AdamWRates;
  readonly rule: CfaLossRule;
  /** Batches of features for an epoch, disposed by the training. */
  batches(random: Random): AsyncIterable<Tensor4D>;
}

/** Weights beyond this give distances that float32 cannot hold. */
const LARGEST_WEIGHT = 1e9;

/**
 * Trains the descriptor and the radius against fixed centroids.
 *
 * @param weights to begin with; disposed
 * @param centroids borrowed
 * @returns the trained weights, owned by the caller, and the mean loss of every epoch
 * @throws DataError when the loss is no longer finite, or weights grow beyond use
 */
export async function trainDescriptor(
  weights: CfaWeights,
  centroids: NeighborIndex,
  training: DescriptorTraining,
  { seed, progress }: FitContext,
): Promise<{ weights: CfaWeights; losses: number[] }> {
  const random = new Random(seed);
  const optimizer = new AdamW(training.rates);
  const losses: number[] = [];
  let current = weights;
  progress.start('training of the descriptor', training.epochs);
  try {
    for (let epoch = 0; epoch < training.epochs; epoch++) {
      let [sum, steps] = [0, 0];
      for await (const features of training.batches(random.fork(`epoch ${epoch}`))) {
        const rows = withCoordinates(features);
        features.dispose();
        const { loss, gradients } = cfaLoss(rows, current, centroids, training.rule);
        rows.dispose();
        current = optimizer.step(current, gradients);
        const [value] = await loss.data();
        loss.dispose();
        if (!Number.isFinite(value) || !(await withinBounds(current))) {
          throw new DataError(
            `vision_cfa: training fell apart in epoch ${epoch + 1} (loss ${value}); lower learning_rate, now ${training.rates.learningRate}`,
          );
        }
        sum += value;
        steps++;
      }
      losses.push(sum / steps);
      progress.update(epoch + 1);
    }
    return { weights: current, losses };
  } catch (error) {
    tf.dispose(current);
    throw error;
  } finally {
    progress.stop();
    optimizer.dispose();
  }
}

/** Asked after every step: some backends fail in the search for neighbours of what is no number. */
async function withinBounds({ kernel, bias, radius }: CfaWeights): Promise<boolean> {
  const largest = tf.tidy(() => tf.concat([kernel.flatten(), bias, radius]).abs().max());
  const [value] = await largest.data();
  largest.dispose();
  return value < LARGEST_WEIGHT;
}
