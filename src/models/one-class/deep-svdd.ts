import { ConfigError } from '../../errors.js';
import { Random } from '../../runtime/random.js';
import { tf, type Scalar, type Tensor, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { Batch, FitContext, FitSource, Scored } from '../detector.js';
import { singly } from '../distillation/singly.js';
import { LearnedDetector, type LearnedDetectorParams, type LearnedTensors, type Scorer } from '../learned-detector.js';
import { compiledScorer } from '../memory-bank/compiled-scorer.js';
import { highestPlaces } from '../memory-bank/highest-places.js';
import { begin, scoring, type Module, type Pass, type Values } from '../nets/module.js';
import { requireLearned } from '../require-learned.js';
import { pictureOptions } from '../training/picture-options.js';
import { requireTrainer } from '../training/require-trainer.js';
import { TrainingPictures } from '../training/training-pictures.js';
import type { DeepSvddParams } from './deep-svdd-params.js';
import {
  findCenter,
  sphereDistances,
  sphereInputs,
  sphereLoss,
  sphereShapes,
  sphereStatistics,
} from './hypersphere.js';
import { evenContrast, svddDecoder, svddEncoder } from './svdd-network.js';

const FEATURE_KEYS = ['resize', 'interpolation', 'antialias', 'width', 'stages', 'representation', 'window'] as const;
/** There is no map; the contract asks for a rule all the same. */
const NO_MAP = { map_interpolation: 'bilinear', map_sigma: 0 } as const;

/**
 * Deep SVDD (Ruff et al., Deep One-Class Classification, ICML 2018): a network without biases draws good pictures together around a
 * point; a picture is scored by its squared distance to it.
 */
export class DeepSvdd extends LearnedDetector<DeepSvddParams & LearnedDetectorParams> {
  private readonly encoder: Module;
  private readonly decoder: Module;

  constructor(params: DeepSvddParams) {
    super('vision_deep_svdd', { ...params, ...NO_MAP }, 2 ** params.stages, FEATURE_KEYS);
    if (params.map_scale === 'place' && params.window === null) {
      throw new ConfigError(
        'map_scale: "place" compares windows with those of good pictures at their place; set window, or leave "none"',
      );
    }
    const rule = { ...params, size: params.resize.size };
    this.encoder = svddEncoder(rule);
    this.decoder = svddDecoder(rule);
  }

  /** Without a map: a window says too little about where in it something is. */
  override async score(batch: Batch): Promise<Scored> {
    const { scores, maps } = await super.score(batch);
    maps?.dispose();
    return { scores, maps: null };
  }

  protected async learn(source: FitSource, context: FitContext): Promise<LearnedTensors> {
    const { training: rule } = this.params;
    const pictures = await TrainingPictures.collect(source, context, {
      ...pictureOptions(this.name, rule),
    });
    try {
      const begun = await this.begun(pictures, context);
      return await this.train(pictures, begun, context);
    } finally {
      pictures.dispose();
    }
  }

  protected scorerOf(learned: LearnedTensors): Scorer {
    const { encoder } = this;
    const starts = [...encoder.trained, ...encoder.statistics, ...sphereStatistics(this.params)];
    requireLearned(this.name, learned, {
      ...Object.fromEntries(starts.map(({ name, shape }) => [name, shape])),
      ...sphereShapes(this.params.representation),
    });
    const pass = scoring(learned);
    const { window, score_top } = this.params;
    return compiledScorer(this.name, (x) => {
      const distances = sphereDistances(encoder.apply(x as Tensor4D, pass), pass);
      const maps = withoutFrame(distances, ((window ?? 1) - 1) / 2);
      return [highestPlaces(maps, score_top), maps];
    });
  }

  /** The encoder before it is trained: at random, or as the first half of an autoencoder. */
  private async begun(pictures: TrainingPictures, context: FitContext): Promise<Values> {
    const { pretraining: rule } = this.params;
    const { encoder, decoder } = this;
    const random = new Random(context.seed).fork('start');
    const both = [encoder, decoder];
    const starts = (kind: 'trained' | 'statistics', of: readonly Module[]) => of.flatMap((module) => module[kind]);
    if (rule === null) return begin([...encoder.trained, ...encoder.statistics], random);
    const { values } = await requireTrainer(context, this.name)(
      {
        name: `${this.name} (autoencoder)`,
        rule,
        start: begin(starts('trained', both), random),
        statistics: begin(starts('statistics', both), random),
        stepsPerEpoch: pictures.stepsPerEpoch,
        batches: (_, order) => singly(pictures.batches(order)),
        loss: ([pixels], pass) => {
          const back = decoder.apply(encoder.apply(pixels as Tensor4D, pass), pass);
          return {
            total: back
              .sub(evenContrast(pixels as Tensor4D))
              .square()
              .mean() as Scalar,
          };
        },
      },
      context,
    );
    const kept = new Set([...encoder.trained, ...encoder.statistics].map(({ name }) => name));
    tf.dispose(Object.entries(values).flatMap(([name, value]) => (kept.has(name) ? [] : [value])));
    return Object.fromEntries(Object.entries(values).filter(([name]) => kept.has(name)));
  }

  /** @param begun taken over */
  private async train(pictures: TrainingPictures, begun: Values, context: FitContext): Promise<LearnedTensors> {
    const { training: rule } = this.params;
    const { encoder } = this;
    const fixed = await findCenter(pictures.plainBatches(new Random(0)), encoder, begun);
    const trained = new Set(encoder.trained.map(({ name }) => name));
    const part = (wanted: boolean) =>
      Object.fromEntries(Object.entries(begun).filter(([name]) => trained.has(name) === wanted));
    const withInputs = async function* (batches: AsyncIterable<Tensor4D>, draw: () => Tensor[]) {
      for await (const pixels of batches) yield [pixels, ...draw()];
    };
    const { heldOut } = pictures;
    const inputs = (epoch: number) => sphereInputs(this.params, epoch);
    try {
      const { values } = await requireTrainer(context, this.name)(
        {
          name: this.name,
          rule,
          start: part(true),
          statistics: { ...part(false), ...begin(sphereStatistics(this.params), new Random(0)) },
          stepsPerEpoch: pictures.stepsPerEpoch,
          batches: (epoch, order) => withInputs(pictures.batches(order), () => inputs(epoch)),
          loss: ([pixels, ...more], pass) => {
            const all: Pass = { ...pass, values: { ...pass.values, ...fixed } };
            return sphereLoss(sphereDistances(encoder.apply(pixels as Tensor4D, pass), all), more, this.params, all);
          },
          ...(heldOut !== null && { heldOut: () => withInputs(heldOut(), () => inputs(0)) }),
        },
        context,
      );
      return { ...values, ...fixed };
    } catch (error) {
      tf.dispose(fixed as Record<string, Tensor>);
      throw error;
    }
  }
}

/** Distances whose window lies inside the picture; all, where none does. */
function withoutFrame(distances: Tensor3D, frame: number): Tensor3D {
  const [n, h, w] = distances.shape;
  if (frame === 0 || Math.min(h, w) <= 2 * frame) return distances;
  return tf.slice(distances, [0, frame, frame], [n, h - 2 * frame, w - 2 * frame]);
}
