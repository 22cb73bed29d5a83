import type { TrainingRule } from '../../config/training-rule.js';
import { tf, type Tensor, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FitContext, FitSource } from '../detector.js';
import { FeatureDetector } from '../feature-detector.js';
import type { LearnedDetectorParams, LearnedTensors, Scorer } from '../learned-detector.js';
import { compiledScorer } from '../memory-bank/compiled-scorer.js';
import { scoring } from '../nets/module.js';
import { requireLearned } from '../require-learned.js';
import { TrainingPictures, type TrainingPicturesOptions } from '../training/training-pictures.js';
import type { ChannelSpread } from './channel-spread.js';
import type { FeatureJudge } from './feature-judge.js';
import type { PlaceFeatures } from './place-features.js';

export interface FeatureJudgeParams extends LearnedDetectorParams {
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
 * A network that judges fixed features, scaled channel by channel. Subclasses say which features, which network, and how it learns.
 */
export abstract class FeatureJudgeDetector<P extends FeatureJudgeParams> extends FeatureDetector<P> {
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

  /** The network as it scores. */
  protected abstract judgeOf(width: number): FeatureJudge;

  protected scorerOf(learned: LearnedTensors, seed: number): Scorer {
    const features = this.placeFeatures(seed);
    const net = this.judgeOf(features.width);
    try {
      const starts = net.modules.flatMap(({ trained, statistics }) => [...trained, ...statistics]);
      const shapes = Object.fromEntries(starts.map(({ name, shape }) => [name, shape]));
      requireLearned(this.name, learned, { ...shapes, scale: [features.width] });
    } catch (error) {
      features.dispose();
      throw error;
    }
    const pass = scoring(learned);
    return compiledScorer(
      this.name,
      (x) =>
        tf.tidy(() => {
          const { scores, maps } = net.judge(features.embed(x as Tensor4D).mul<Tensor4D>(learned.scale), pass);
          return [scores, maps];
        }) as Tensor[],
      this.extractor,
      [features],
    );
  }

  /** Training pictures, or what is kept of them; a line tells when they do not fit into the memory. */
  protected async collect(
    source: FitSource,
    context: FitContext,
    options: Omit<TrainingPicturesOptions, 'name' | 'memoryMb' | 'augment'>,
  ): Promise<TrainingPictures> {
    const { memory_mb: memoryMb, augment } = this.params.training;
    const all = { ...options, name: this.name, memoryMb, augment };
    const pictures = await TrainingPictures.collect(source, context, all);
    if (!pictures.cached) {
      context.progress.info(
        `what it learns from does not fit into training.memory_mb ${memoryMb}: every epoch reads the pictures again`,
      );
    }
    return pictures;
  }

  /** By what the features are multiplied. @returns owned by the caller */
  protected scaleOf(spread: ChannelSpread, width: number): Tensor1D {
    const { feature_deviation } = this.params;
    return feature_deviation === null ? tf.ones([width]) : spread.scaleTo(feature_deviation);
  }
}
