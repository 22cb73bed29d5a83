import { ConfigError } from '../../errors.js';
import { IMAGENET, normalize } from '../../ops/normalize.js';
import { Random } from '../../runtime/random.js';
import { tf, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { FitContext, FitSource } from '../detector.js';
import { FeatureDetector } from '../feature-detector.js';
import type { LearnedTensors, Scorer } from '../learned-detector.js';
import { compiledScorer } from '../memory-bank/compiled-scorer.js';
import { highestPlaces } from '../memory-bank/highest-places.js';
import { PatchEmbedding } from '../memory-bank/patch-embedding.js';
import { scoring, type Module, type Values } from '../nets/module.js';
import { requireLearned } from '../require-learned.js';
import { bothSources } from '../training/both-sources.js';
import { requireTrainer } from '../training/require-trainer.js';
import { TrainingPictures } from '../training/training-pictures.js';
import { ChannelScale } from './channel-scale.js';
import { efficientAdMaps, type EfficientAdNetworks, type TeacherScale } from './efficientad-networks.js';
import type { EfficientAdParams } from './efficientad-params.js';
import { efficientAdTask } from './efficientad-task.js';
import { featureAutoencoder } from './feature-autoencoder.js';
import { distilTeacher } from './distil-teacher.js';
import { mapQuantiles, ofOneScale } from './map-scale.js';
import { trainedPdn } from './trained-pdn.js';

const FEATURE_KEYS = [
  'model_size',
  'width',
  'teacher',
  'backbone',
  'teacher_channels',
  'resize',
  'interpolation',
  'antialias',
] as const;

/** Pixels between two features of a patch description network. */
const STRIDE = 4;
const SMALLEST_SIDE = 32;

/** EfficientAD (Batzner, Heckler and König, WACV 2024): a student of a teacher and of an autoencoder at once. */
export class EfficientAd extends FeatureDetector<EfficientAdParams> {
  private readonly channels: number;
  /** null where the backbone itself is the teacher. */
  private readonly distilled: Module | null;
  private readonly networks: EfficientAdNetworks;

  /** @param extractor owned by the detector from now on */
  constructor(params: EfficientAdParams, extractor: FeatureExtractor) {
    super('vision_efficientad', params, extractor, FEATURE_KEYS);
    const { model_size: size, width, teacher, resize, teacher_channels } = params;
    const { height, width: across } = resize.size;
    if (Math.min(height, across) < SMALLEST_SIDE || height % STRIDE !== 0 || across % STRIDE !== 0) {
      throw new ConfigError(
        `resize: vision_efficientad needs sides of ${SMALLEST_SIDE} pixels or more that are multiples of ${STRIDE}, got ${height} x ${across}`,
      );
    }
    const { taps } = extractor;
    if (teacher === 'backbone' && (taps.length !== 1 || taps[0].stride !== STRIDE)) {
      throw new ConfigError(
        `teacher: "backbone" needs one layer with features every ${STRIDE} pixels, got ${taps.map((tap) => `"${tap.name}" every ${tap.stride}`).join(', ')}; take "distilled"`,
      );
    }
    const joined = taps.reduce((sum, tap) => sum + tap.channels, 0);
    this.channels = teacher === 'backbone' ? joined : Math.min(joined, teacher_channels);
    const rule = { size, width };
    this.distilled = teacher === 'backbone' ? null : trainedPdn({ ...rule, name: 'teacher', to: this.channels });
    this.networks = {
      teacher: (pixels, values) =>
        this.distilled === null
          ? extractor.extract(pixels)[0]
          : tf.tidy(() => this.distilled!.apply(normalize(pixels, IMAGENET), scoring(values))),
      student: trainedPdn({ ...rule, name: 'student', to: 2 * this.channels }),
      autoencoder: featureAutoencoder({ name: 'autoencoder', input: resize.size, width, to: this.channels }),
    };
  }

  protected async learn(source: FitSource, context: FitContext): Promise<LearnedTensors> {
    const { training, held_out, hard_quantile } = this.params;
    const { others: strange, seed } = context;
    const train = requireTrainer(context, this.name);
    const teacherValues = this.distilled === null ? {} : await this.distil(source, context, this.distilled);
    const made: LearnedTensors[] = [teacherValues];
    const owned: TrainingPictures[] = [];
    const collect = async (from: FitSource, validationFraction: number) => {
      const { batch_size: batchSize, memory_mb: memoryMb, augment } = training;
      const options = { name: this.name, batchSize, memoryMb, augment, validationFraction };
      const pictures = await TrainingPictures.collect(from, context, options);
      owned.push(pictures);
      return pictures;
    };
    try {
      const pictures = await collect(source, held_out);
      const others = strange === undefined ? null : await collect(strange, 0);
      const scale = await this.scaleOf(pictures, teacherValues);
      made.push({ 'scale.mean': scale.mean, 'scale.std': scale.std });
      const rule = { name: this.name, training, quantile: hard_quantile };
      const task = efficientAdTask(rule, this.networks, { good: pictures, others, scale, teacherValues, seed });
      const { values } = await train(task, context);
      made.push(values);
      made.push({ quantiles: await this.quantilesOf(pictures, scale, { ...teacherValues, ...values }) });
      return Object.assign({}, ...made) as LearnedTensors;
    } catch (error) {
      tf.dispose(made);
      throw error;
    } finally {
      owned.forEach((pictures) => pictures.dispose());
    }
  }

  protected scorerOf(learned: LearnedTensors): Scorer {
    const { student, autoencoder } = this.networks;
    const starts = [...(this.distilled?.trained ?? []), ...student.trained, ...autoencoder.trained];
    requireLearned(this.name, learned, {
      ...Object.fromEntries(starts.map(({ name, shape }) => [name, shape])),
      'scale.mean': [this.channels],
      'scale.std': [this.channels],
      quantiles: [4],
    });
    const scale = { mean: learned['scale.mean'] as Tensor1D, std: learned['scale.std'] as Tensor1D };
    const network = { pass: scoring(learned), teacherValues: learned };
    return compiledScorer(
      this.name,
      (x) => {
        const maps = efficientAdMaps(this.networks, scale, x as Tensor4D, network);
        const joined = ofOneScale(maps, learned.quantiles as Tensor1D);
        return [highestPlaces(joined, this.params.score_top), joined];
      },
      this.extractor,
    );
  }

  private distil(source: FitSource, context: FitContext, network: Module): Promise<Values> {
    const { distillation: rule, resize } = this.params;
    const grid = { height: resize.size.height / STRIDE, width: resize.size.width / STRIDE };
    const embedding = this.embeddingOf(context.seed);
    const { others } = context;
    const shown = others === undefined ? source : bothSources(source, others);
    return distilTeacher(shown, context, { name: this.name, network, embedding, rule, grid });
  }

  private async scaleOf(pictures: TrainingPictures, teacherValues: Values): Promise<TeacherScale> {
    const scale = new ChannelScale();
    for await (const pixels of pictures.plainBatches(new Random(0))) {
      const features = this.networks.teacher(pixels, teacherValues);
      await scale.add(features);
      tf.dispose([pixels, features]);
    }
    return scale.result();
  }

  /** Of the pictures that are held out; of all where there are none. */
  private async quantilesOf(pictures: TrainingPictures, scale: TeacherScale, values: Values): Promise<Tensor1D> {
    const rest = { pass: scoring(values), teacherValues: values };
    const seen: [Float32Array[], Float32Array[]] = [[], []];
    for await (const pixels of pictures.heldOut?.() ?? pictures.plainBatches(new Random(0))) {
      const maps = efficientAdMaps(this.networks, scale, pixels, rest);
      for (const i of [0, 1]) seen[i].push((await maps[i].data()) as Float32Array);
      tf.dispose([pixels, ...maps]);
    }
    return mapQuantiles(seen);
  }

  private embeddingOf(seed: number): PatchEmbedding {
    const plain = { patch_size: 3, patch_padding: 'zero', layer_dim: null, projection_dim: null } as const;
    const joined = this.extractor.taps.reduce((sum, tap) => sum + tap.channels, 0);
    const feature_dim = this.channels < joined ? this.channels : null;
    return new PatchEmbedding(this.extractor, { ...plain, context: 0, feature_dim, projection: 'gaussian' }, seed);
  }
}
