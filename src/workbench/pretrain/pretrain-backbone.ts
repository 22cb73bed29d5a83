import { rm } from 'node:fs/promises';
import { defaultsOf } from '../../config/codec.js';
import type { InputRule } from '../../config/input-rule.js';
import { PretrainConfig } from '../../config/pretrain.js';
import type { RunConfig } from '../../config/run-config.js';
import { ConfigError } from '../../errors.js';
import { PictureFitSource } from '../../inference/fit-source.js';
import { begin } from '../../models/nets/module.js';
import { TrainingPictures } from '../../models/training/training-pictures.js';
import { openWeightsStore } from '../../models/weights-store.js';
import { Random } from '../../runtime/random.js';
import { startRuntime } from '../../runtime/start.js';
import { tf, type Tensor, type Tensor4D } from '../../runtime/tf.js';
import { fitRun } from '../train/fit-run.js';
import { splitPictures } from '../train/split-pictures.js';
import type { TrainOptions, TrainReport } from '../train/train-run.js';
import { createTrainer } from '../training/create-trainer.js';
import { writeBackbone } from './backbone-checkpoint.js';
import { madeDefects } from './made-defects.js';
import type { Pretext } from './pretext.js';
import { trainedBackbone } from './trained-backbone.js';
import { vicreg } from './vicreg.js';

const FIT_BATCH = 8;
const NAME = 'pretrain-backbone';
const PRETEXTS: Readonly<Record<PretrainConfig['pretext'], () => Pretext>> = { made_defects: madeDefects, vicreg };

/** Where the backbone of a run goes: beside it, because weights are no part of a run. */
export function backboneFolder(out: string): string {
  return `${out.replace(/[/\\]+$/, '')}-backbone`;
}

/**
 * The recipe `pretrain-backbone`: a backbone learns from the good pictures alone, is written as a weights folder beside the run, and the
 * model of the config is fitted on its features. Pictures that are held out for calibration are held out here too.
 *
 * @throws ConfigError when the model of the config takes no backbone, or its own was named; and what `fitRun` throws. No backbone is left behind then
 */
export async function pretrainRun(config: RunConfig, options: TrainOptions): Promise<TrainReport> {
  const { backbone } = config.model.model_kwargs as { backbone?: Record<string, unknown> };
  if (backbone !== undefined && 'weights' in backbone) {
    throw new ConfigError(
      'model.model_kwargs.backbone.weights: the recipe pretrain-backbone names the weights itself; leave it out',
    );
  }
  const dir = backboneFolder(options.out);
  try {
    const id = await pretrainBackbone(config, dir, options);
    options.progress.info(`the backbone is ${id} in ${dir}; commands that use the run find it with --weights ${dir}`);
    const folders = [dir, ...(options.weightsFolders ?? [])];
    const named = { name: 'torch', layers: ['layer1', 'layer2'], ...backbone, weights: id };
    const model = { ...config.model, model_kwargs: { ...config.model.model_kwargs, backbone: named } };
    const weights = openWeightsStore({ searchDirs: folders });
    return await fitRun({ ...config, model }, { ...options, weights, weightsFolders: folders });
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Trains a backbone on the good pictures of a data set and writes it.
 *
 * @param dir the weights folder to write
 * @returns the id of the backbone
 */
async function pretrainBackbone(config: RunConfig, dir: string, options: TrainOptions): Promise<string> {
  const { progress, signal } = options;
  const { pretext: name, size, crop, training: rule } = config.pretrain ?? defaultsOf(PretrainConfig);
  if (crop > Math.min(size.height, size.width)) {
    throw new ConfigError(`pretrain.crop: expected at most the sides of pretrain.size, got ${crop}`);
  }
  const { fit } = await splitPictures(config);
  await startRuntime(options.backend, { warn: (line) => progress.warn(line) });
  const input: InputRule = {
    resize: { mode: 'stretch', size },
    interpolation: 'bilinear',
    antialias: true,
    color: 'rgb',
    quantize: false,
  };
  const source = new PictureFitSource(fit, input, FIT_BATCH, signal);
  const context = { seed: config.seed, progress, signal };
  const { batch_size: batchSize, memory_mb: memoryMb, augment } = rule;
  const pictures = await TrainingPictures.collect(source, context, { name: NAME, batchSize, memoryMb, augment });
  const pretext = PRETEXTS[name]();
  const network = trainedBackbone();
  const modules = [...network.modules, ...pretext.heads];
  const random = new Random(config.seed).fork(NAME);
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
    try {
      return await writeBackbone(dir, network.modules, values, { pretext: name, pictures: fit.length, side: size });
    } finally {
      tf.dispose(values as Record<string, Tensor>);
    }
  } finally {
    pictures.dispose();
  }
}

/** A square at a random place, mirrored at random; the same for the whole batch. */
function cropped(pixels: Tensor4D, side: number, random: Random): Tensor4D {
  const [n, h, w, c] = pixels.shape;
  const at = [0, random.below(h - side + 1), random.below(w - side + 1), 0];
  const axes = [1, 2].filter(() => random.uniform() < 0.5);
  return tf.tidy(() => {
    const cut = tf.slice(pixels, at, [n, side, side, c]);
    return axes.length === 0 ? cut : tf.reverse(cut, axes);
  });
}
