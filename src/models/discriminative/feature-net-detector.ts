import type { TrainingRule } from '../../config/training-rule.js';
import { tf, type Tensor, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FitContext, FitSource, Scored } from '../detector.js';
import { FeatureDetector } from '../feature-detector.js';
import type { LearnedDetectorParams, LearnedTensors, Scorer } from '../learned-detector.js';
import { CompiledForward } from '../memory-bank/compiled-forward.js';
import { scoring } from '../nets/module.js';
import { requireLearned } from '../require-learned.js';
import { requireTrainer } from '../training/require-trainer.js';
import { TrainingPictures, type TrainingPicturesOptions } from '../training/training-pictures.js';
import { ChannelSpread } from './channel-spread.js';
import { embedWithMasks, withMasks } from './defect-features.js';
import type { FeatureNet } from './feature-net.js';
import { featureNetTask } from './feature-net-task.js';
import type { PlaceFeatures } from './place-features.js';

export interface FeatureNetDetectorParams extends LearnedDetectorParams {
  readonly feature_deviation: number | null;
  readonly training: TrainingRule;
}

const FEATURE_KEYS = [
  'backbone',
  'resize',
  'interpolation',
  'antialias',
  'context',
  'feature_dim',
  'hidden_dim',
] as const;

/**
 * A network on top of fixed features, trained on those of good pictures and on features made anomalous. Subclasses say which features and
 * which network.
 */
export abstract class FeatureNetDetector<P extends FeatureNetDetectorParams> extends FeatureDetector<P> {
  /**
   * @param extractor owned by the detector from now on
   * @param featureKeys parameters beyond those of all that decide what the learned values mean
   */
  constructor(name: string, params: P, extractor: FeatureExtractor, featureKeys: readonly (keyof P & string)[]) {
    super(name, params, extractor, [
      ...(FEATURE_KEYS as readonly string[] as readonly (keyof P & string)[]),
      ...featureKeys,
    ]);
  }

  protected abstract placeFeatures(seed: number): PlaceFeatures;

  protected abstract networkOf(width: number, supervised: boolean): FeatureNet;

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

  protected scorerOf(learned: LearnedTensors, seed: number): Scorer {
    const features = this.placeFeatures(seed);
    const net = this.networkOf(features.width, false);
    try {
      const starts = net.modules.flatMap(({ trained, statistics }) => [...trained, ...statistics]);
      const shapes = Object.fromEntries(starts.map(({ name, shape }) => [name, shape]));
      requireLearned(this.name, learned, { ...shapes, scale: [features.width] });
    } catch (error) {
      features.dispose();
      throw error;
    }
    const pass = scoring(learned);
    const forward = new CompiledForward(
      this.name,
      (x) =>
        tf.tidy(() => {
          const { scores, maps } = net.judge(features.embed(x as Tensor4D).mul<Tensor4D>(learned.scale), pass);
          return [scores, maps];
        }) as Tensor[],
      this.extractor,
    );
    return {
      run: async (pixels) => {
        const [scores, maps] = await forward.run(pixels);
        return { scores, maps } as Scored;
      },
      dispose: () => {
        forward.dispose();
        features.dispose();
      },
    };
  }

  private async collect(
    source: FitSource,
    context: FitContext,
    options: Omit<TrainingPicturesOptions, 'name' | 'memoryMb' | 'augment'>,
  ): Promise<TrainingPictures> {
    const { memory_mb: memoryMb, augment } = this.params.training;
    const all = { ...options, name: this.name, memoryMb, augment };
    const pictures = await TrainingPictures.collect(source, context, all);
    if (!pictures.cached) {
      context.progress.info(
        `the features do not fit into training.memory_mb ${memoryMb}: every epoch reads the pictures again`,
      );
    }
    return pictures;
  }

  private scaleOf(spread: ChannelSpread, width: number): Tensor1D {
    const { feature_deviation } = this.params;
    return feature_deviation === null ? tf.ones([width]) : spread.scaleTo(feature_deviation);
  }
}
