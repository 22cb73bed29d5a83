import type { FitContext, FitSource } from '../detector.js';
import type { LearnedTensors } from '../learned-detector.js';
import { requireTrainer } from '../training/require-trainer.js';
import { ChannelSpread } from './channel-spread.js';
import { embedWithMasks, withMasks } from './defect-features.js';
import { FeatureJudgeDetector, type FeatureJudgeParams } from './feature-judge-detector.js';
import type { FeatureNet } from './feature-net.js';
import { featureNetTask } from './feature-net-task.js';

/** A network that is trained on the features of good pictures, of which it makes anomalous ones, and on those of labelled defects. */
export abstract class FeatureNetDetector<P extends FeatureJudgeParams> extends FeatureJudgeDetector<P> {
  protected abstract networkOf(width: number, supervised: boolean): FeatureNet;

  protected judgeOf(width: number): FeatureNet {
    return this.networkOf(width, false);
  }

  protected async learn(source: FitSource, context: FitContext): Promise<LearnedTensors> {
    const train = requireTrainer(context, this.name);
    const { training } = this.params;
    const { defects } = context;
    const features = this.placeFeatures(context.seed);
    const spread = new ChannelSpread();
    const owned: { dispose(): void }[] = [features, spread];
    try {
      const good = await this.collect(source, context, {
        // Half of a batch is defects, where there are some.
        batchSize: defects === undefined ? training.batch_size : Math.ceil(training.batch_size / 2),
        validationFraction: training.validation_fraction,
        embed: (pixels) => features.embed(pixels),
        onCollected: (kept) => spread.add(kept),
      });
      owned.push(good);
      const defective =
        defects === undefined
          ? null
          : await this.collect(withMasks(defects), context, {
              batchSize: Math.max(1, Math.floor(training.batch_size / 2)),
              embed: (joined) => embedWithMasks(joined, (pixels) => features.embed(pixels)),
            });
      if (defective !== null) owned.push(defective);
      const scale = this.scaleOf(spread, features.width);
      try {
        await this.requireFinite(scale);
        const net = this.networkOf(features.width, defective !== null);
        const data = { good, defective, scale, seed: context.seed };
        const { values } = await train(featureNetTask(this.name, training, net, data), context);
        return { ...values, scale };
      } catch (error) {
        scale.dispose();
        throw error;
      }
    } finally {
      owned.forEach((one) => one.dispose());
    }
  }
}
