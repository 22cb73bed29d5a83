import { rm } from 'node:fs/promises';
import { decode, defaultsOf } from '../../config/codec.js';
import type { InputRule } from '../../config/input-rule.js';
import { PretrainConfig } from '../../config/pretrain.js';
import type { RunConfig } from '../../config/run-config.js';
import type { Size } from '../../config/size.js';
import { ConfigError } from '../../errors.js';
import { PictureFitSource } from '../../inference/fit-source.js';
import { FILTERS, RELEVANT } from '../../models/backbones/filterbank-rca.js';
import type { FitContext, FitSource } from '../../models/detector.js';
import type { LearnedDetectorParams } from '../../models/learned-detector.js';
import { findModel } from '../../models/registry.js';
import { openWeightsStore } from '../../models/weights-store.js';
import { startRuntime } from '../../runtime/start.js';
import { tf, type Tensor } from '../../runtime/tf.js';
import { fitRun } from '../train/fit-run.js';
import { splitPictures } from '../train/split-pictures.js';
import type { TrainOptions, TrainReport } from '../train/train-run.js';
import { type LearnedBackbone, writeBackbone } from './backbone-checkpoint.js';
import { madeDefects } from './made-defects.js';
import { relevantComponents } from './relevant-components.js';
import { trainNetwork } from './train-network.js';
import { vicreg } from './vicreg.js';

const FIT_BATCH = 8;
/** What networks are trained on where nothing names a size. */
const TRAINED_SIZE = { height: 256, width: 256 };
const PRETEXTS = { made_defects: madeDefects, vicreg };

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
    const layers =
      config.pretrain?.pretext === undefined || config.pretrain.pretext === 'rca' ? [RELEVANT] : ['layer1', 'layer2'];
    const named = { name: 'torch', layers, ...backbone, weights: id };
    const model = { ...config.model, model_kwargs: { ...config.model.model_kwargs, backbone: named } };
    const weights = openWeightsStore({ searchDirs: folders });
    return await fitRun({ ...config, model }, { ...options, weights, weightsFolders: folders });
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Learns a backbone from the good pictures of a data set and writes it.
 *
 * @param dir the weights folder to write
 * @returns the id of the backbone
 */
async function pretrainBackbone(config: RunConfig, dir: string, options: TrainOptions): Promise<string> {
  const { progress, signal } = options;
  const rule = config.pretrain ?? defaultsOf(PretrainConfig);
  const { pretext } = rule;
  const { fit } = await splitPictures(config);
  await startRuntime(options.backend, { warn: (line) => progress.warn(line) });
  const input = inputOf(config, rule);
  const source = new PictureFitSource(fit, input, FIT_BATCH, signal);
  const context: FitContext = { seed: config.seed, progress, signal };
  const learned =
    pretext === 'rca'
      ? await learnRelevance(source, context)
      : await trainNetwork(source, PRETEXTS[pretext](), rule, context);
  try {
    const side = input.resize.mode === 'stretch' ? input.resize.size : TRAINED_SIZE;
    return await writeBackbone(dir, learned, { pretext, pictures: fit.length, side });
  } finally {
    tf.dispose(learned.values as Record<string, Tensor>);
  }
}

async function learnRelevance(source: FitSource, context: FitContext): Promise<LearnedBackbone> {
  const { weight, bias } = await relevantComponents(source, context);
  const values = { [`${RELEVANT}.weight`]: weight, [`${RELEVANT}.bias`]: bias };
  return { arch: 'filterbank_rca', scale: 1, mean: 0, std: 1, multiple: FILTERS.stride, values };
}

/** What the backbone sees: pictures of `pretrain.size`, or as the model of the config sees them. */
function inputOf({ model }: RunConfig, { size, pretext }: PretrainConfig): InputRule {
  const plain = { interpolation: 'bilinear', antialias: true, color: 'rgb', quantize: false } as const;
  const stretched = (to: Size): InputRule => ({ ...plain, resize: { mode: 'stretch', size: to } });
  if (size !== null) return stretched(size);
  const { backbone: _named, ...kwargs } = model.model_kwargs as { backbone?: unknown };
  const params = decode(findModel(model.name).params, kwargs, 'model.model_kwargs') as Partial<LearnedDetectorParams>;
  const { resize, interpolation = 'bilinear', antialias = true } = params;
  if (!('backbone' in params) || resize === undefined) {
    throw new ConfigError(
      `pretrain-backbone: ${model.name} takes no backbone; choose a model that does, such as vision_patchcore`,
    );
  }
  // A network is trained on batches of one size.
  if (pretext !== 'rca' && resize.mode !== 'stretch') return stretched(TRAINED_SIZE);
  return { ...plain, resize, interpolation, antialias };
}
