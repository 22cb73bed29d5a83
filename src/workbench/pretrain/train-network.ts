import { ConfigError } from '../../errors.js';
import type { PretrainConfig } from '../../config/pretrain.js';
import type { FitContext, FitSource } from '../../models/detector.js';
import { begin } from '../../models/nets/module.js';
import { TrainingPictures } from '../../models/training/training-pictures.js';
import { Random } from '../../runtime/random.js';
import { tf, type Tensor, type Tensor4D } from '../../runtime/tf.js';
import { createTrainer } from '../training/create-trainer.js';
import type { LearnedBackbone } from './backbone-checkpoint.js';
import type { Pretext } from './pretext.js';
import { ARCH, LAYERS, MEAN, STD, trainedBackbone } from './trained-backbone.js';

const NAME = 'pretrain-backbone';

/**
 * Trains a small ResNet to do what a pretext asks for, on squares cut out of good pictures.
 *
 * @param source pictures of one size
 * @returns values owned by the caller
 * @throws ConfigError when the squares do not fit into the pictures
 */
export async function trainNetwork(
  source: FitSource,
  pretext: Pretext,
  { crop, training: rule }: PretrainConfig,
  context: FitContext,
): Promise<LearnedBackbone> {
  const { batch_size: batchSize, memory_mb: memoryMb } = rule;
  const pictures = await TrainingPictures.collect(source, context, { name: NAME, batchSize, memoryMb });
  const network = trainedBackbone();
  const modules = [...network.modules, ...pretext.heads];
  const random = new Random(context.seed).fork(NAME);
  async function* inputs(from: Random): AsyncIterable<Tensor[]> {
    const drawn = from.fork('drawn');
    for await (const pixels of pictures.batches(from.fork('order'))) {
      const cut = cropped(pixels, crop, drawn);
      pixels.dispose();
      try {
        yield pretext.draw(cut, drawn);
      } finally {
        cut.dispose();
      }
    }
  }
  try {
    const { values } = await createTrainer()(
      {
        name: NAME,
        rule,
        start: begin(
          modules.flatMap((module) => module.trained),
          random,
        ),
        statistics: begin(
          modules.flatMap((module) => module.statistics),
          random,
        ),
        stepsPerEpoch: pictures.stepsPerEpoch,
        batches: (_, from) => inputs(from),
        loss: (given, pass) => pretext.loss(given, (pixels) => network.apply(pixels, pass), pass),
      },
      context,
    );
    const names = network.modules.flatMap(({ trained, statistics }) => [...trained, ...statistics]).map((v) => v.name);
    const kept = Object.fromEntries(names.map((name) => [name, values[name]]));
    tf.dispose(Object.values(values).filter((value) => !Object.values(kept).includes(value)));
    return {
      arch: ARCH,
      scale: 1 / 255,
      mean: MEAN,
      std: STD,
      multiple: LAYERS[LAYERS.length - 1].stride,
      values: kept,
    };
  } finally {
    pictures.dispose();
  }
}

/** A square at a random place, mirrored at random; the same for the whole batch. */
function cropped(pixels: Tensor4D, side: number, random: Random): Tensor4D {
  const [n, h, w, c] = pixels.shape;
  if (side > Math.min(h, w)) {
    throw new ConfigError(`pretrain.crop: expected at most the sides of the pictures, ${h} x ${w}, got ${side}`);
  }
  const at = [0, random.below(h - side + 1), random.below(w - side + 1), 0];
  const axes = [1, 2].filter(() => random.uniform() < 0.5);
  return tf.tidy(() => {
    const cut = tf.slice(pixels, at, [n, side, side, c]);
    return axes.length === 0 ? cut : tf.reverse(cut, axes);
  });
}
