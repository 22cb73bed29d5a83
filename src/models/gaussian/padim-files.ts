import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode, Integer, oneOf, PositiveInteger, refine, strict, t } from '../../config/codec.js';
import { WeightsError } from '../../errors.js';
import { tf } from '../../runtime/tf.js';
import { readModelDocument } from '../read-model-document.js';
import { paramsToStore, requireStoredParams } from '../stored-params.js';
import { loadTensors, saveTensors } from '../tensor-file.js';
import type { PadimParams } from './padim-params.js';
import { PlaceGaussians } from './place-gaussians.js';
import { packTransposed, unpackTransposed } from './triangles.js';

const MODEL_FILE = 'model.json';
const TENSOR_FILE = 'gaussians.safetensors';

/** The parameters that decide what a Gaussian describes. */
const FEATURE_KEYS = [
  'backbone',
  'resize',
  'interpolation',
  'antialias',
  'context',
  'd',
  'projection',
  'covariance_eps',
] as const;

const ModelDocument = strict('ModelDocument', {
  schema_version: refine('schema version 1', t.number, (n) => n === 1),
  model: oneOf(['vision_padim']),
  seed: Integer,
  features: t.UnknownRecord,
  gaussians: strict('Gaussians', { places: PositiveInteger, width: PositiveInteger }),
});

/** What a fit learned. */
export interface LearnedPlaces {
  readonly seed: number;
  readonly gaussians: PlaceGaussians;
}

/**
 * Writes `model.json` and the Gaussians into an existing folder: `mean` `[places, width]` and `whitening`, the lower triangles of
 * the inverse Cholesky factors row by row, `[places, width (width + 1) / 2]`, both float32.
 */
export async function saveGaussians(dir: string, learned: LearnedPlaces & { params: PadimParams }): Promise<void> {
  const { params, seed, gaussians } = learned;
  const { places, width } = gaussians;
  const mean = (await gaussians.mean.data()) as Float32Array;
  const full = (await gaussians.whitening.data()) as Float32Array;
  const size = (width * (width + 1)) / 2;
  const whitening = new Float32Array(places * size);
  for (let place = 0; place < places; place++) {
    packTransposed(full.subarray(place * width * width), width, whitening.subarray(place * size, (place + 1) * size));
  }
  await saveTensors(join(dir, TENSOR_FILE), {
    mean: { shape: [places, width], data: mean },
    whitening: { shape: [places, size], data: whitening },
  });
  const document = {
    schema_version: 1,
    model: 'vision_padim',
    seed,
    features: paramsToStore(params, FEATURE_KEYS),
    gaussians: { places, width },
  };
  await writeFile(join(dir, MODEL_FILE), `${JSON.stringify(document, null, 2)}\n`);
}

/**
 * Reads what `saveGaussians` wrote.
 *
 * @param params what the model was made with; must agree with the files wherever it decides what a Gaussian describes
 * @returns Gaussians owned by the caller
 * @throws WeightsError when a file is missing or altered; ConfigError when the parameters are not those of the fit
 */
export async function loadGaussians(dir: string, params: PadimParams): Promise<LearnedPlaces> {
  const path = join(dir, MODEL_FILE);
  const document = decode(ModelDocument, await readModelDocument(path), path);
  requireStoredParams(path, document.features, params, FEATURE_KEYS);
  const { places, width } = document.gaussians;
  const size = (width * (width + 1)) / 2;
  const tensors = await loadTensors(join(dir, TENSOR_FILE));
  const read = (name: string, shape: readonly number[]): Float32Array => {
    const { data, shape: got } = tensors[name] ?? { data: null, shape: [] };
    if (data instanceof Float32Array && got.join() === shape.join() && data.every(Number.isFinite)) return data;
    throw new WeightsError(
      `${join(dir, TENSOR_FILE)}: expected finite float32 values "${name}" of shape [${shape}], got [${got}]; train again`,
    );
  };
  const mean = read('mean', [places, width]);
  const triangles = read('whitening', [places, size]);
  const full = new Float32Array(places * width * width);
  for (let place = 0; place < places; place++) {
    const triangle = triangles.subarray(place * size, (place + 1) * size);
    unpackTransposed(triangle, width, full.subarray(place * width * width));
  }
  const gaussians = new PlaceGaussians(tf.tensor2d(mean, [places, width]), tf.tensor3d(full, [places, width, width]));
  return { seed: document.seed, gaussians };
}
