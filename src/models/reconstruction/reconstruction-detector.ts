import { Random } from '../../runtime/random.js';
import { tf, type Tensor, type Tensor4D } from '../../runtime/tf.js';
import type { FitContext, FitSource } from '../detector.js';
import { LearnedDetector, type LearnedTensors, type Scorer } from '../learned-detector.js';
import { compiledScorer } from '../memory-bank/compiled-scorer.js';
import { highestPlaces } from '../memory-bank/highest-places.js';
import { begin, scoring } from '../nets/module.js';
import { requireLearned } from '../require-learned.js';
import { requireTrainer } from '../training/require-trainer.js';
import { withDrawn } from '../training/with-drawn.js';
import { TrainingPictures, type TrainingPicturesOptions } from '../training/training-pictures.js';
import type { ReconstructionMethod } from './reconstruction-method.js';
import type { ReconstructionParams } from './reconstruction-params.js';

const RESIZE_KEYS = ['resize', 'interpolation', 'antialias', 'width'] as const;

/** Learns to reconstruct good pictures; what it cannot reconstruct is anomalous. */
export class ReconstructionDetector<P extends ReconstructionParams> extends LearnedDetector<P> {
  /** @param featureKeys of the method, beside those of every reconstruction */
  constructor(
    name: string,
    params: P,
    private readonly method: ReconstructionMethod,
    featureKeys: readonly (keyof P & string)[],
  ) {
    super(name, params, method.multiple, [...RESIZE_KEYS, ...featureKeys]);
  }

  protected async learn(source: FitSource, context: FitContext): Promise<LearnedTensors> {
    const train = requireTrainer(context, this.name);
    const { training: rule } = this.params;
    const { method } = this;
    const { augment, validation_fraction: validationFraction } = rule;
    const pictures = await this.collect(source, context, { augment, validationFraction });
    const owned = [pictures];
    const random = new Random(context.seed);
    const { heldOut } = pictures;
    try {
      const others = context.others === undefined ? null : await this.collect(context.others, context, {});
      if (others !== null) owned.push(others);
      const { values } = await train(
        {
          name: this.name,
          rule,
          start: begin(method.trained, random.fork('start')),
          statistics: begin(method.statistics, random.fork('start')),
          stepsPerEpoch: pictures.stepsPerEpoch,
          batches: (_, from) =>
            withDrawn(method.draw, pictures.batches(from.fork('order')), others, from.fork('drawn')),
          loss: ([pixels, ...drawn], pass) => method.loss(ofUnit(pixels), drawn, pass),
          // The same noise every time, so that held-out losses can be compared.
          ...(heldOut !== null && {
            heldOut: () => withDrawn(method.draw, heldOut(), others, random.fork('held out')),
          }),
        },
        context,
      );
      return values;
    } finally {
      owned.forEach((one) => one.dispose());
    }
  }

  protected scorerOf(learned: LearnedTensors): Scorer {
    const { trained, statistics } = this.method;
    const shapes = [...trained, ...statistics].map(({ name, shape }) => [name, shape] as const);
    requireLearned(this.name, learned, Object.fromEntries(shapes));
    const pass = scoring(learned);
    return compiledScorer(this.name, (x) => {
      const maps = this.method.map(ofUnit(x), pass);
      return [highestPlaces(this.method.scored?.(maps) ?? maps, this.params.score_top), maps];
    });
  }

  private collect(
    source: FitSource,
    context: FitContext,
    options: Pick<TrainingPicturesOptions, 'augment' | 'validationFraction'>,
  ): Promise<TrainingPictures> {
    const { batch_size: batchSize, memory_mb: memoryMb } = this.params.training;
    return TrainingPictures.collect(source, context, { ...options, name: this.name, batchSize, memoryMb });
  }
}

function ofUnit(pixels: Tensor): Tensor4D {
  return tf.div(pixels, 255);
}
