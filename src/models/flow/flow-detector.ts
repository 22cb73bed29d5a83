import { gaussianNoise } from '../../ops/gaussian-noise.js';
import { Random } from '../../runtime/random.js';
import { tf, type Tensor, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';
import type { FitContext, FitSource } from '../detector.js';
import { FeatureDetector } from '../feature-detector.js';
import type { LearnedTensors, Scorer } from '../learned-detector.js';
import { compiledScorer } from '../memory-bank/compiled-scorer.js';
import { begin, scoring, type Values } from '../nets/module.js';
import { requireLearned } from '../require-learned.js';
import { pictureOptions } from '../training/picture-options.js';
import { requireTrainer } from '../training/require-trainer.js';
import { TrainingPictures } from '../training/training-pictures.js';
import { ChannelStandard, standardized, standardNames } from './channel-standard.js';
import type { FlowModel } from './flow-model.js';
import type { FlowParams } from './flow-params.js';
import { packScales, unpackScales } from './pack-scales.js';

/**
 * A normalising flow on the features of a fixed backbone: it is trained to turn features of good pictures into standard normal values, and
 * what becomes unlikely values is anomalous. Features are kept between epochs.
 */
export abstract class FlowDetector<P extends FlowParams> extends FeatureDetector<P> {
  /** The same seed gives the same model. */
  protected abstract modelOf(seed: number): FlowModel;

  protected async learn(source: FitSource, context: FitContext): Promise<LearnedTensors> {
    const model = this.modelOf(context.seed);
    const { training } = this.params;
    const standards = model.scales.map((_, i) => new ChannelStandard(i));
    try {
      const pictures = await TrainingPictures.collect(source, context, {
        ...pictureOptions(this.name, training),
        embed: (pixels) => tf.tidy(() => packScales(model.features(pixels))),
        onCollected: (kept) => {
          const scales = unpackScales(kept, model.scales);
          scales.forEach((scale, i) => standards[i].add(scale));
          tf.dispose(scales);
        },
      });
      try {
        const standard = Object.assign({}, ...(await Promise.all(standards.map((one) => one.values())))) as Values;
        return await this.train(model, pictures, standard, context);
      } finally {
        pictures.dispose();
      }
    } finally {
      standards.forEach((one) => one.dispose());
    }
  }

  protected scorerOf(learned: LearnedTensors, seed: number): Scorer {
    const model = this.modelOf(seed);
    requireLearned(this.name, learned, this.shapesOf(model));
    return compiledScorer(
      this.name,
      (x) =>
        tf.tidy(() => {
          const features = standardized(model.features(x as Tensor4D), learned);
          const [scores, maps] = model.score(features, scoring(learned));
          return maps === null ? [scores] : [scores, maps];
        }),
      this.extractor,
    );
  }

  /** @param standard owned by the result from now on */
  private async train(
    model: FlowModel,
    pictures: TrainingPictures,
    standard: Values,
    context: FitContext,
  ): Promise<LearnedTensors> {
    try {
      for (const tensor of Object.values(standard)) await this.requireFinite(tensor);
      const random = new Random(context.seed).fork(`begin ${this.name}`);
      const { batch_size } = this.params.training;
      const [full, rest] = [Math.floor(pictures.count / batch_size), pictures.count % batch_size];
      const { heldOut } = pictures;
      const { values } = await requireTrainer(context, this.name)(
        {
          name: this.name,
          rule: this.params.training,
          start: begin(model.trained, random),
          statistics: begin(model.statistics, random),
          stepsPerEpoch: full * model.stepsOf(batch_size) + (rest === 0 ? 0 : model.stepsOf(rest)),
          batches: (_, order) => steps(model, pictures.batches(order), standard, order, this.params.feature_noise),
          loss: (inputs, pass) => model.loss(inputs, pass),
          ...(heldOut !== null && {
            heldOut: () => steps(model, heldOut(), standard, new Random(context.seed).fork('held out')),
          }),
        },
        context,
      );
      try {
        const highest = await highestOf(model, pictures, { ...standard, ...values });
        return { ...standard, ...values, ...highest };
      } catch (error) {
        tf.dispose(values);
        throw error;
      }
    } catch (error) {
      tf.dispose(standard);
      throw error;
    }
  }

  private shapesOf(model: FlowModel): Record<string, readonly number[]> {
    return Object.fromEntries([
      ...model.scales.flatMap(({ channels }, i) =>
        Object.values(standardNames(i)).map((name) => [name, [channels]] as const),
      ),
      ...[...model.trained, ...model.statistics].map(({ name, shape }) => [name, shape] as const),
      ...(model.highest === undefined ? [] : [['highest', [model.scales.length]] as const]),
    ]);
  }
}

async function* steps(
  model: FlowModel,
  batches: AsyncIterable<Tensor4D>,
  standard: Values,
  random: Random,
  deviation = 0,
): AsyncIterable<Tensor[]> {
  const drawing = random.fork('feature noise');
  for await (const batch of batches) {
    const x = featuresOf(model, batch, standard);
    batch.dispose();
    yield* model.steps(deviation === 0 ? x : withNoise(x, deviation, drawing), random);
  }
}

/** Disposes what it is given. */
function withNoise(x: readonly Tensor4D[], deviation: number, random: Random): Tensor4D[] {
  return x.map((scale) => {
    const noise = gaussianNoise(random, scale.shape, { noise_std: deviation, noise_reach: 1 });
    const noisy = scale.add<Tensor4D>(noise);
    tf.dispose([scale, noise]);
    return noisy;
  });
}

function featuresOf(model: FlowModel, batch: Tensor4D, standard: Values): Tensor4D[] {
  return tf.tidy(() => standardized(unpackScales(batch, model.scales), standard));
}

/** The largest of what the model asks of the good pictures; nothing where it asks nothing. */
async function highestOf(model: FlowModel, pictures: TrainingPictures, values: Values): Promise<Values> {
  if (model.highest === undefined) return {};
  let highest: Tensor1D | null = null;
  for await (const batch of pictures.plainBatches(new Random(0))) {
    const before: Tensor1D | null = highest;
    highest = tf.tidy(() => {
      const now = model.highest!(featuresOf(model, batch, values), scoring(values));
      return before === null ? now : tf.maximum<Tensor1D>(before, now);
    });
    tf.dispose([batch, ...(before === null ? [] : [before])]);
  }
  return { highest: highest! };
}
