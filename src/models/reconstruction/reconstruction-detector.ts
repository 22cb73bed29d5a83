import { Random } from '../../runtime/random.js';
import { tf, type Tensor, type Tensor4D } from '../../runtime/tf.js';
import type { FitContext, FitSource, Scored } from '../detector.js';
import { LearnedDetector, type LearnedTensors, type Scorer } from '../learned-detector.js';
import { CompiledForward } from '../memory-bank/compiled-forward.js';
import { highestPlaces } from '../memory-bank/highest-places.js';
import { begin, scoring } from '../nets/module.js';
import { requireLearned } from '../require-learned.js';
import { requireTrainer } from '../training/require-trainer.js';
import { TrainingPictures } from '../training/training-pictures.js';
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
    const pictures = await TrainingPictures.collect(source, context, {
      name: this.name,
      batchSize: rule.batch_size,
      memoryMb: rule.memory_mb,
      validationFraction: rule.validation_fraction,
      augment: rule.augment,
    });
    const random = new Random(context.seed);
    const { heldOut } = pictures;
    const withDrawn = (pixels: Tensor4D, from: Random): Tensor[] => [
      pixels,
      ...(method.draw?.(pixels.shape, from) ?? []),
    ];
    async function* inputs(batches: AsyncIterable<Tensor4D>, from: Random): AsyncIterable<Tensor[]> {
      for await (const pixels of batches) yield withDrawn(pixels, from);
    }
    try {
      const { values } = await train(
        {
          name: this.name,
          rule,
          start: begin(method.trained, random.fork('start')),
          statistics: begin(method.statistics, random.fork('start')),
          stepsPerEpoch: pictures.stepsPerEpoch,
          batches: (_, from) => inputs(pictures.batches(from.fork('order')), from.fork('drawn')),
          loss: ([pixels, ...drawn], pass) => method.loss(ofUnit(pixels), drawn, pass),
          // The same noise every time, so that held-out losses can be compared.
          ...(heldOut === null ? {} : { heldOut: () => inputs(heldOut(), random.fork('held out')) }),
        },
        context,
      );
      return values;
    } finally {
      pictures.dispose();
    }
  }

  protected scorerOf(learned: LearnedTensors): Scorer {
    const { trained, statistics } = this.method;
    const shapes = [...trained, ...statistics].map(({ name, shape }) => [name, shape] as const);
    requireLearned(this.name, learned, Object.fromEntries(shapes));
    const pass = scoring(learned);
    const forward = new CompiledForward(this.name, (x) => {
      const maps = this.method.map(ofUnit(x), pass);
      return [highestPlaces(this.method.scored?.(maps) ?? maps, this.params.score_top), maps];
    });
    return {
      run: async (pixels) => {
        const [scores, maps] = await forward.run(pixels);
        return { scores, maps } as Scored;
      },
      dispose: () => forward.dispose(),
    };
  }
}

function ofUnit(pixels: Tensor): Tensor4D {
  return tf.div(pixels, 255);
}
