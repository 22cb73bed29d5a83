import { Random } from '../../runtime/random.js';
import { tf, type Tensor, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FitContext, FitSource } from '../detector.js';
import { FeatureDetector } from '../feature-detector.js';
import { ChannelStandard, standardized, standardNames } from '../flow/channel-standard.js';
import type { LearnedTensors, Scorer } from '../learned-detector.js';
import { compiledScorer } from '../memory-bank/compiled-scorer.js';
import { highestPlaces } from '../memory-bank/highest-places.js';
import { PatchEmbedding } from '../memory-bank/patch-embedding.js';
import { begin, scoring, type Pass, type Values } from '../nets/module.js';
import { requireLearned } from '../require-learned.js';
import { pictureOptions } from '../training/picture-options.js';
import { requireTrainer } from '../training/require-trainer.js';
import { TrainingPictures } from '../training/training-pictures.js';
import { rowBatches, rowSteps } from './row-batches.js';
import type { RowMethod } from './row-method.js';
import type { RowParams } from './row-params.js';

const FEATURE_KEYS = ['resize', 'interpolation', 'antialias', 'context', 'rows', 'hidden'] as const;
const PLAIN = {
  patch_size: 1,
  patch_padding: 'zero',
  layer_dim: null,
  feature_dim: null,
  projection_dim: null,
  projection: 'gaussian',
} as const;

/**
 * A detector that trains a small network on rows of features: those of all places of the good pictures, or one row a picture. Features are
 * standardised channel by channel.
 */
export class RowDetector<P extends RowParams & { readonly backbone: unknown }> extends FeatureDetector<P> {
  /**
   * @param extractor owned by the detector from now on
   * @param methodOf the network for rows of so many values
   */
  constructor(
    name: string,
    params: P,
    extractor: FeatureExtractor,
    private readonly methodOf: (width: number) => RowMethod,
  ) {
    super(name, params, extractor, ['backbone', ...FEATURE_KEYS]);
  }

  protected async learn(source: FitSource, context: FitContext): Promise<LearnedTensors> {
    const { training } = this.params;
    const embedding = this.embedding();
    const standard = new ChannelStandard(0);
    try {
      const pictures = await TrainingPictures.collect(source, context, {
        ...pictureOptions(this.name, training),
        embed: (pixels) => this.rowsOf(pixels, embedding),
        onCollected: (rows) => standard.add(rows),
      });
      const scale = await standard.values();
      try {
        for (const tensor of Object.values(scale)) await this.requireFinite(tensor);
        const { height, width } = this.params.resize.size;
        const places = this.params.rows === 'place' ? (height * width) / embedding.stride ** 2 : 1;
        const learned = await this.train(this.methodOf(embedding.width), { pictures, places, scale }, context);
        return { ...scale, ...learned };
      } catch (error) {
        tf.dispose(scale as Record<string, Tensor>);
        throw error;
      } finally {
        pictures.dispose();
      }
    } finally {
      standard.dispose();
      embedding.dispose();
    }
  }

  protected scorerOf(learned: LearnedTensors): Scorer {
    const embedding = this.embedding();
    const method = this.methodOf(embedding.width);
    const { mean, deviation } = standardNames(0);
    try {
      requireLearned(this.name, learned, {
        ...Object.fromEntries([...method.trained, ...method.statistics].map(({ name, shape }) => [name, shape])),
        ...method.fixed,
        [mean]: [embedding.width],
        [deviation]: [embedding.width],
      });
    } catch (error) {
      embedding.dispose();
      throw error;
    }
    const pass = scoring(learned);
    return compiledScorer(
      this.name,
      (x) =>
        tf.tidy(() => {
          const [rows] = standardized([this.rowsOf(x as Tensor4D, embedding)], learned);
          const maps = method.score(rows, pass);
          return [highestPlaces(maps, this.params.score_top), maps];
        }),
      this.extractor,
      [embedding],
    );
  }

  private async train(
    method: RowMethod,
    { pictures, places, scale }: { pictures: TrainingPictures; places: number; scale: Values },
    context: FitContext,
  ): Promise<LearnedTensors> {
    const random = new Random(context.seed).fork(`begin ${this.name}`);
    const start = begin(method.trained, random);
    const statistics = begin(method.statistics, random);
    const good = ofOneScale(pictures.plainBatches(new Random(0)), scale);
    const fixed = (await method.fix?.(good, { ...start, ...statistics })) ?? {};
    const withFixed = (pass: Pass): Pass => ({ ...pass, values: { ...pass.values, ...fixed } });
    const { heldOut } = pictures;
    const { training: rule, row_batch: size } = this.params;
    const [full, rest] = [Math.floor(pictures.count / rule.batch_size), pictures.count % rule.batch_size];
    const stepsOf = (count: number) => (count === 0 ? 0 : rowSteps(count, places, size));
    try {
      const { values } = await requireTrainer(context, this.name)(
        {
          ...{ name: this.name, rule, start, statistics },
          stepsPerEpoch: full * stepsOf(rule.batch_size) + stepsOf(rest),
          batches: (epoch, order) => {
            const all = ofOneScale(pictures.batches(order), scale);
            return steps(shuffledRows(all, size, order.fork('rows')), () => method.inputs?.(epoch) ?? []);
          },
          loss: ([rows, ...inputs], pass) => method.loss(rows as Tensor4D, inputs, withFixed(pass)),
          ...(heldOut !== null && {
            heldOut: () => steps(ofOneScale(heldOut(), scale), () => method.inputs?.(0) ?? []),
          }),
        },
        context,
      );
      return { ...values, ...fixed };
    } catch (error) {
      tf.dispose(fixed as Record<string, Tensor>);
      throw error;
    }
  }

  private rowsOf(pixels: Tensor4D, embedding: PatchEmbedding): Tensor4D {
    return tf.tidy(() => {
      const places = embedding.embed(pixels);
      return this.params.rows === 'place' ? places : (places.mean([1, 2], true) as Tensor4D);
    });
  }

  /** Nothing in it is random. */
  private embedding(): PatchEmbedding {
    return new PatchEmbedding(this.extractor, { ...PLAIN, context: this.params.context }, 0);
  }
}

/** Standardised rows; takes the batches over. */
async function* ofOneScale(batches: AsyncIterable<Tensor4D>, scale: Values): AsyncIterable<Tensor4D> {
  for await (const rows of batches) {
    const [scaled] = standardized([rows], scale);
    rows.dispose();
    yield scaled;
  }
}

/** Rows in the batches of steps; takes the batches over. */
async function* shuffledRows(batches: AsyncIterable<Tensor4D>, size: number, random: Random): AsyncIterable<Tensor4D> {
  for await (const rows of batches) yield* rowBatches(rows, size, random);
}

async function* steps(batches: AsyncIterable<Tensor4D>, inputs: () => Tensor[]): AsyncIterable<Tensor[]> {
  for await (const rows of batches) yield [rows, ...inputs()];
}
