import type { Size } from '../../config/size.js';
import type { TrainingRule } from '../../config/training-rule.js';
import { IMAGENET, normalize } from '../../ops/normalize.js';
import { resample } from '../../ops/resample.js';
import { Random } from '../../runtime/random.js';
import { tf, type Scalar, type Tensor4D } from '../../runtime/tf.js';
import type { FitContext, FitSource } from '../detector.js';
import type { PatchEmbedding } from '../memory-bank/patch-embedding.js';
import { begin, type Module, type Values } from '../nets/module.js';
import { requireTrainer } from '../training/require-trainer.js';
import { TrainingPictures } from '../training/training-pictures.js';
import { ChannelScale } from './channel-scale.js';
import { pack, unpack, type PackedShape } from './packing.js';
import { singly } from './singly.js';

export interface TeacherRule {
  /** Of the model, for messages. */
  readonly name: string;
  /** What learns; its result has the channels of `embedding`, on `grid`. */
  readonly network: Module;
  /** Disposed in the end. */
  readonly embedding: PatchEmbedding;
  readonly rule: TrainingRule;
  readonly grid: Size;
}

/**
 * Trains a network to give the backbone's local features of good pictures, joined as a memory bank joins them and each channel brought to
 * mean 0 and variance 1: the distillation of EfficientAD's teacher, on the user's pictures.
 *
 * @returns owned by the caller
 */
export async function distilTeacher(
  source: FitSource,
  context: FitContext,
  { name, network, embedding, rule, grid }: TeacherRule,
): Promise<Values> {
  const train = requireTrainer(context, name);
  const shapes: PackedShape[] = [];
  const embed = (pixels: Tensor4D) =>
    tf.tidy(() => {
      const kept = [pixels, embedding.embed(pixels)];
      shapes.splice(0, Infinity, ...kept.map(({ shape: [, h, w, c] }) => [h, w, c] as const));
      return pack(kept);
    });
  const { batch_size: batchSize, memory_mb: memoryMb, augment } = rule;
  try {
    const pictures = await TrainingPictures.collect(source, context, { name, batchSize, memoryMb, augment, embed });
    try {
      const { mean, std } = await scaleOfTargets(pictures, shapes, context.seed);
      try {
        const { values } = await train(
          {
            name: `${name} (teacher)`,
            rule,
            start: begin(network.trained, new Random(context.seed).fork('teacher')),
            stepsPerEpoch: pictures.stepsPerEpoch,
            batches: (_, random) => singly(pictures.batches(random)),
            loss: ([packed], pass) => {
              const [pixels, targets] = unpack(packed as Tensor4D, shapes);
              const wanted = resample(targets.sub(mean).div(std), grid, { interpolation: 'bilinear' });
              const given = network.apply(normalize(pixels, IMAGENET), pass);
              return { total: given.sub(wanted).square().mean() as Scalar };
            },
          },
          context,
        );
        return values;
      } finally {
        tf.dispose([mean, std]);
      }
    } finally {
      pictures.dispose();
    }
  } finally {
    embedding.dispose();
  }
}

async function scaleOfTargets(pictures: TrainingPictures, shapes: readonly PackedShape[], seed: number) {
  const scale = new ChannelScale();
  for await (const packed of pictures.plainBatches(new Random(seed))) {
    const [pixels, targets] = unpack(packed, shapes);
    await scale.add(targets);
    tf.dispose([packed, pixels, targets]);
  }
  return scale.result();
}
