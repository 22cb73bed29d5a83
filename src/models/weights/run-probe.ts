import type { Backbone } from '../../config/backbone.js';
import { isTensorFormat, type Probe, type WeightsEntry } from '../../config/weights-manifest.js';
import { WeightsError } from '../../errors.js';
import { tf, type Tensor4D } from '../../runtime/tf.js';
import { networkOf } from '../backbones/architectures.js';
import { createExtractor } from '../backbones/create-extractor.js';
import type { WeightsStore } from '../weights-store.js';
import { probePicture } from './probe-picture.js';

const VALUES = 8;
/** The side of the picture where none is expected, rounded up to what the network takes; a larger one would say no more. */
const SIDE = 64;
const TOLERANCE = 1e-3;

/**
 * What a backbone gives on this machine and backend for a picture made by a formula.
 *
 * @param expected says which picture and which taps; by default noise, and every tap
 * @throws WeightsError when the weights are missing, altered, or give NaN or an infinity
 */
export async function runProbe(id: string, store: WeightsStore, expected?: Probe): Promise<Probe> {
  const entry = await store.entry(id);
  const layers = expected?.taps.map(({ layer }) => layer) ?? tapsOf(entry);
  const name = isTensorFormat(entry.format) ? 'torch' : entry.format;
  const extractor = await createExtractor({ name, weights: id, layers } satisfies Backbone, store);
  const side = Math.ceil(SIDE / extractor.multiple) * extractor.multiple;
  const input: Probe['input'] = expected?.input ?? { kind: 'hash', size: { height: side, width: side } };
  const x = tf.tensor4d(probePicture(input), [1, input.size.height, input.size.width, 3]);
  let features: Tensor4D[] = [];
  try {
    features = extractor.extract(x);
    const taps = await Promise.all(features.map((feature, i) => summary(id, extractor.taps[i].name, feature)));
    return { input, tolerance: expected?.tolerance ?? TOLERANCE, taps };
  } finally {
    tf.dispose([x, ...features]);
    extractor.dispose();
  }
}

function tapsOf(entry: WeightsEntry): string[] {
  if (isTensorFormat(entry.format)) return networkOf(entry).taps.map(({ name }) => name);
  return entry.taps.map(({ layer }) => layer);
}

async function summary(id: string, layer: string, feature: Tensor4D): Promise<Probe['taps'][number]> {
  const values = await feature.data<'float32'>();
  let [sum, largest] = [0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) {
      throw new WeightsError(
        `weights "${id}": layer "${layer}" gives ${value} for the probe picture; they cannot be used`,
      );
    }
    sum += value;
    largest = Math.max(largest, Math.abs(value));
  }
  const places = Array.from({ length: VALUES }, (_, k) => Math.round((k * (values.length - 1)) / (VALUES - 1)));
  return {
    layer,
    shape: feature.shape.slice(1),
    mean: sum / values.length,
    largest,
    values: places.map((i) => values[i]),
  };
}
