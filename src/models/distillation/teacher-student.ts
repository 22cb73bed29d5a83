import type { TrainingRule } from '../../config/training-rule.js';
import { Random } from '../../runtime/random.js';
import { tf, type Scalar, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import { framedFeatures } from '../backbones/framed-features.js';
import type { FitContext, FitSource } from '../detector.js';
import { FeatureDetector } from '../feature-detector.js';
import type { LearnedDetectorParams, LearnedTensors, Scorer } from '../learned-detector.js';
import { compiledScorer } from '../memory-bank/compiled-scorer.js';
import { highestPlaces } from '../memory-bank/highest-places.js';
import { begin, scoring, type Pass } from '../nets/module.js';
import { requireLearned } from '../require-learned.js';
import { requireTrainer } from '../training/require-trainer.js';
import { TrainingPictures } from '../training/training-pictures.js';
import type { Loss } from '../training/training-task.js';
import { cosineDistances } from './cosine-distances.js';
import { fuseMaps, type Fusion } from './fuse-maps.js';
import { pack, unpack, type PackedShape } from './packing.js';
import { singly } from './singly.js';
import type { Student } from './student.js';

export interface TeacherStudentParams extends LearnedDetectorParams {
  readonly training: TrainingRule;
  readonly score_top: number;
}

export interface TeacherStudentParts {
  readonly student: Student;
  /** Pixels by which every picture is mirrored outwards. */
  readonly frame: number;
  readonly fusion: Fusion;
}

/**
 * A detector whose student learns on good pictures to answer with the features of a fixed teacher: where the two disagree, something is
 * unlike the good pictures. The loss is the mean over the places of 1 - cosine, summed over the teacher's taps.
 */
export class TeacherStudent<P extends TeacherStudentParams> extends FeatureDetector<P> {
  constructor(
    name: string,
    params: P,
    extractor: FeatureExtractor,
    featureKeys: readonly (keyof P & string)[],
    private readonly parts: TeacherStudentParts,
  ) {
    super(name, params, extractor, featureKeys);
  }

  protected async learn(source: FitSource, context: FitContext): Promise<LearnedTensors> {
    const train = requireTrainer(context, this.name);
    const { student, frame } = this.parts;
    const { training } = this.params;
    const shapes: PackedShape[] = [];
    const pictures = await TrainingPictures.collect(source, context, {
      name: this.name,
      batchSize: training.batch_size,
      memoryMb: training.memory_mb,
      validationFraction: training.validation_fraction,
      augment: training.augment,
      embed: (pixels) =>
        tf.tidy(() => {
          const features = framedFeatures(this.extractor, frame, pixels);
          const kept = student.seesPictures ? [pixels, ...features] : features;
          shapes.splice(0, Infinity, ...kept.map(({ shape: [, h, w, c] }) => [h, w, c] as const));
          return pack(kept);
        }),
    });
    try {
      const random = new Random(context.seed);
      const { heldOut } = pictures;
      const { values } = await train(
        {
          name: this.name,
          rule: training,
          start: begin(student.trained, random.fork('student')),
          statistics: begin(student.statistics, random.fork('student')),
          stepsPerEpoch: pictures.stepsPerEpoch,
          batches: (_, drawn) => singly(pictures.batches(drawn)),
          loss: ([packed], pass) => this.lossOf(packed as Tensor4D, shapes, pass),
          heldOut: heldOut === null ? undefined : () => singly(heldOut()),
        },
        context,
      );
      return values;
    } finally {
      pictures.dispose();
    }
  }

  protected scorerOf(learned: LearnedTensors): Scorer {
    const { student, frame, fusion } = this.parts;
    const starts = [...student.trained, ...student.statistics];
    requireLearned(this.name, learned, Object.fromEntries(starts.map(({ name, shape }) => [name, shape])));
    const pass = scoring(learned);
    return compiledScorer(
      this.name,
      (x) => {
        const pixels = x as Tensor4D;
        const features = framedFeatures(this.extractor, frame, pixels);
        const answers = student.answer(pixels, features, pass);
        const maps = fuseMaps(
          features.map((layer, i) => cosineDistances(layer, answers[i])),
          fusion,
        );
        return [highestPlaces(maps, this.params.score_top), maps];
      },
      this.extractor,
    );
  }

  private lossOf(packed: Tensor4D, shapes: readonly PackedShape[], pass: Pass): Loss {
    const { student } = this.parts;
    const kept = unpack(packed, shapes);
    const [pixels, features] = student.seesPictures ? [kept[0], kept.slice(1)] : [null, kept];
    const answers = student.answer(pixels, features, pass);
    const layers = features.map((layer, i) => cosineDistances(layer, answers[i]).mean() as Scalar);
    const parts = Object.fromEntries(this.extractor.taps.map((tap, i) => [tap.name, layers[i]]));
    return { total: layers.length === 1 ? layers[0].clone() : tf.addN(layers), parts };
  }
}
