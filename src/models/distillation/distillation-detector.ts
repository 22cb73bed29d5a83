import type { TrainingRule } from '../../config/training-rule.js';
import { Random } from '../../runtime/random.js';
import { tf, type Tensor1D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import { framedFeatures } from '../backbones/framed-features.js';
import type { FitContext, FitSource } from '../detector.js';
import { FeatureDetector } from '../feature-detector.js';
import type { LearnedDetectorParams, LearnedTensors, Scorer } from '../learned-detector.js';
import { compiledScorer } from '../memory-bank/compiled-scorer.js';
import { begin, scoring, type Pass, type Start } from '../nets/module.js';
import { requireLearned } from '../require-learned.js';
import { pictureOptions } from '../training/picture-options.js';
import { requireTrainer } from '../training/require-trainer.js';
import { TrainingPictures } from '../training/training-pictures.js';
import type { Loss } from '../training/training-task.js';
import { pack, unpack, type PackedShape } from './packing.js';
import { singly } from './singly.js';

export interface DistillationParams extends LearnedDetectorParams {
  readonly training: TrainingRule;
}

export interface DistillationParts {
  /** The tensors of all that learns. */
  readonly trained: readonly Start[];
  readonly statistics: readonly Start[];
  /** Whether it looks at pictures; otherwise at the teacher's features alone. */
  readonly seesPictures: boolean;
  /** Pixels by which every picture is mirrored outwards. */
  readonly frame: number;
}

/**
 * A detector that learns on good pictures to answer with the features of a fixed teacher: where the two disagree, something is unlike the good
 * pictures. Features are kept between epochs. Subclasses say what is compared.
 */
export abstract class DistillationDetector<P extends DistillationParams> extends FeatureDetector<P> {
  /** @param extractor the teacher, owned by the detector from now on */
  constructor(
    name: string,
    params: P,
    extractor: FeatureExtractor,
    featureKeys: readonly (keyof P & string)[],
    private readonly learner: DistillationParts,
  ) {
    super(name, params, extractor, featureKeys);
  }

  /**
   * The mean loss of a batch.
   *
   * @param pixels `[n, h, w, 3]`, 0..255, borrowed; null where the learner does not look at them
   * @param features of the teacher, borrowed
   */
  protected abstract lossOf(pixels: Tensor4D | null, features: readonly Tensor4D[], pass: Pass): Loss;

  /** @returns owned by the caller, who runs it in a tidy */
  protected abstract judged(
    pixels: Tensor4D,
    features: readonly Tensor4D[],
    pass: Pass,
  ): readonly [scores: Tensor1D, maps: Tensor3D];

  /** The share of the learning rate by which a value is moved. */
  protected rateOf(_name: string): number {
    return 1;
  }

  protected async learn(source: FitSource, context: FitContext): Promise<LearnedTensors> {
    const train = requireTrainer(context, this.name);
    const { seesPictures, frame, trained, statistics } = this.learner;
    const { training } = this.params;
    const shapes: PackedShape[] = [];
    const pictures = await TrainingPictures.collect(source, context, {
      ...pictureOptions(this.name, training),
      embed: (pixels) =>
        tf.tidy(() => {
          const features = framedFeatures(this.extractor, frame, pixels);
          const kept = seesPictures ? [pixels, ...features] : features;
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
          start: begin(trained, random.fork('student')),
          statistics: begin(statistics, random.fork('student')),
          rateOf: (name) => this.rateOf(name),
          stepsPerEpoch: pictures.stepsPerEpoch,
          batches: (_, drawn) => singly(pictures.batches(drawn)),
          loss: ([packed], pass) => {
            const kept = unpack(packed as Tensor4D, shapes);
            return seesPictures ? this.lossOf(kept[0], kept.slice(1), pass) : this.lossOf(null, kept, pass);
          },
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
    const { trained, statistics, frame } = this.learner;
    const shapes = [...trained, ...statistics].map(({ name, shape }) => [name, shape] as const);
    requireLearned(this.name, learned, Object.fromEntries(shapes));
    const pass = scoring(learned);
    return compiledScorer(
      this.name,
      (x) => {
        const pixels = x as Tensor4D;
        return [...this.judged(pixels, framedFeatures(this.extractor, frame, pixels), pass)];
      },
      this.extractor,
    );
  }
}
