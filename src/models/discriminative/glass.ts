import { Random } from '../../runtime/random.js';
import { tf, type Tensor, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FitContext, FitSource } from '../detector.js';
import type { LearnedTensors } from '../learned-detector.js';
import { begin } from '../nets/module.js';
import { MeanFeatures } from '../one-class/mean-features.js';
import { requireTrainer } from '../training/require-trainer.js';
import type { TrainingTask } from '../training/training-task.js';
import { ChannelSpread } from './channel-spread.js';
import type { FeatureJudge } from './feature-judge.js';
import { FeatureJudgeDetector } from './feature-judge-detector.js';
import { gaussianNoise } from '../../ops/gaussian-noise.js';
import { glassNetwork } from './glass-network.js';
import type { GlassParams } from './glass-params.js';
import { embedOverlaid, pickOverlay, withOverlays } from './overlaid-features.js';
import { PATCH_KEYS, patchFeatures } from './patch-features.js';
import type { PlaceFeatures } from './place-features.js';

/** How much of the picture shows through a local anomaly: normal, with mean and deviation, between the least and the most. */
const THROUGH = { mean: 0.5, deviation: 0.1, least: 0.2, most: 0.8 };

/** GLASS (Chen et al. 2024) on the local patch features of PatchCore. */
export class Glass extends FeatureJudgeDetector<GlassParams> {
  /** @param extractor owned by the detector from now on */
  constructor(params: GlassParams, extractor: FeatureExtractor) {
    super('vision_glass', params, extractor, PATCH_KEYS);
  }

  protected placeFeatures(seed: number): PlaceFeatures {
    return patchFeatures(this.extractor, this.params, seed);
  }

  protected judgeOf(width: number): FeatureJudge {
    return glassNetwork(this.params, width);
  }

  protected async learn(source: FitSource, context: FitContext): Promise<LearnedTensors> {
    const train = requireTrainer(context, this.name);
    const { training: rule, hypothesis, own_share, overlays } = this.params;
    const random = new Random(context.seed);
    const features = this.placeFeatures(context.seed);
    const [spread, mean] = [new ChannelSpread(), new MeanFeatures()];
    const owned: { dispose(): void }[] = [features, spread, mean];
    try {
      const local = withOverlays(source, { share: 1, ownShare: own_share, through }, overlays, random.fork('overlays'));
      const pictures = await this.collect(local, context, {
        batchSize: rule.batch_size,
        validationFraction: rule.validation_fraction,
        embed: (joined) => embedOverlaid(joined, (pixels) => features.embed(pixels)),
        onCollected: (kept) => {
          const [good, ...others] = pickOverlay(kept, features.width, 0);
          spread.add(good);
          mean.add(good);
          tf.dispose([good, others]);
        },
      });
      owned.push(pictures);
      const scale = this.scaleOf(spread, features.width);
      const center = hypothesis === 'manifold' ? null : tf.tidy(() => mean.mean().mul(scale).expandDims<Tensor4D>(0));
      if (center !== null) owned.push(center);
      try {
        await this.requireFinite(scale);
        const net = glassNetwork(this.params, features.width);
        const starts = (kind: 'trained' | 'statistics') => net.modules.flatMap((module) => module[kind]);
        const { heldOut } = pictures;
        const steps = (batches: AsyncIterable<Tensor4D>, drawing: Random) =>
          this.steps(batches, features.width, drawing);
        const task: TrainingTask = {
          ...{ name: this.name, rule, rateOf: net.rateOf, stepsPerEpoch: pictures.stepsPerEpoch },
          start: begin(starts('trained'), random.fork('start')),
          statistics: begin(starts('statistics'), random.fork('start')),
          batches: (_, drawing) => steps(pictures.batches(drawing.fork('order')), drawing.fork('anomalies')),
          loss: (inputs, pass) => {
            const [good, overlaid, masks, noise] = inputs as Tensor4D[];
            const scaled = (x: Tensor4D) => x.mul<Tensor4D>(scale as Tensor1D);
            return net.loss({ features: scaled(good), overlaid: scaled(overlaid), masks, noise, center }, pass);
          },
          // The same anomalies at every look, so that losses can be compared.
          ...(heldOut === null ? {} : { heldOut: () => steps(heldOut(), random.fork('held out')) }),
        };
        const { values } = await train(task, context);
        return { ...values, scale };
      } catch (error) {
        scale.dispose();
        throw error;
      }
    } finally {
      owned.forEach((one) => one.dispose());
    }
  }

  /** Features of pictures, of the same ones under one of their anomalies, its masks, and noise; takes the batches over. */
  private async *steps(batches: AsyncIterable<Tensor4D>, width: number, random: Random): AsyncIterable<Tensor[]> {
    const { noise_std, overlays } = this.params;
    for await (const kept of batches) {
      const picked = pickOverlay(kept, width, random.below(overlays));
      kept.dispose();
      yield [...picked, gaussianNoise(random, picked[0].shape, { noise_std, noise_reach: 1 })];
    }
  }
}

function through(random: Random): number {
  const { mean, deviation, least, most } = THROUGH;
  return Math.min(most, Math.max(least, mean + deviation * random.normal()));
}
