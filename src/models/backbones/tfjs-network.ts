import type { TfjsModel } from '../../config/backbone.js';
import { isTensorFormat, type WeightsEntry } from '../../config/weights-manifest.js';
import { ConfigError, WeightsError } from '../../errors.js';
import { lowPrecision } from '../../runtime/compile/low-precision.js';
import { tf, type LayersModel, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';
import type { WeightsStore } from '../weights-store.js';
import type { FeatureExtractor, Tap } from './extractor.js';
import { findTap } from './find-tap.js';
import { foldChain } from './folded-chain.js';
import { readModelArtifacts } from './model-artifacts.js';

/** A network, cut at its taps. */
interface Network {
  /** `[n, h, w, 3]` as the network was trained to see it -> one tensor a tap; runs inside a tidy. */
  apply(x: Tensor4D): Tensor4D[];
  dispose(): void;
}

/**
 * Loads a tfjs layers or graph model of the weights manifest as a feature extractor: verified, cut so that nothing beyond the taps
 * is computed, with batch normalisation folded into the convolutions where the network is a plain chain.
 *
 * @throws ConfigError when a layer is not a tap of the entry; WeightsError when the weights are missing, altered or of another shape
 */
export async function loadTfjsExtractor(params: TfjsModel, store: WeightsStore): Promise<FeatureExtractor> {
  const entry = await store.entry(params.weights);
  // `tfjs_layers` was the name of both forms in 0.2.
  const old = params.name === 'tfjs_layers' && entry.format === 'tfjs_graph';
  if (entry.format !== params.name && !old) {
    const right = isTensorFormat(entry.format) ? 'torch' : entry.format;
    throw new ConfigError(
      `backbone: weights "${entry.id}" have the format ${entry.format}, which the backbone "${right}" takes, not "${params.name}"`,
    );
  }
  const known = entry.taps.map(({ layer, ...tap }) => ({ name: layer, ...tap }));
  const taps = params.layers.map((layer) => findTap(entry.id, known, layer));
  const artifacts = await readModelArtifacts(await store.resolve(params.weights));
  const extractor = new TfjsExtractor(entry, taps, await open(entry, artifacts, params.layers));
  try {
    check(extractor, entry);
  } catch (error) {
    extractor.dispose();
    throw error;
  }
  return extractor;
}

async function open(
  entry: WeightsEntry,
  artifacts: Awaited<ReturnType<typeof readModelArtifacts>>,
  layers: readonly string[],
): Promise<Network> {
  if (entry.format === 'tfjs_graph') {
    const graph = await tf.loadGraphModel(artifacts);
    return {
      apply: (x) => [graph.execute(x, [...layers])].flat() as Tensor4D[],
      dispose: () => graph.dispose(),
    };
  }
  const whole = await tf.loadLayersModel(artifacts);
  try {
    const cut = cutAt(whole, layers, entry.id);
    const chain = foldChain(cut, layers);
    if (chain === null) {
      return { apply: (x) => [cut.apply(x)].flat() as Tensor4D[], dispose: () => void whole.dispose() };
    }
    whole.dispose();
    return chain;
  } catch (error) {
    whole.dispose();
    throw error;
  }
}

/** Computes the taps and nothing beyond them. */
function cutAt(model: LayersModel, layers: readonly string[], id: string): LayersModel {
  const outputs = layers.map((name) => {
    const layer = model.layers.find((candidate) => candidate.name === name);
    if (layer !== undefined) return layer.output;
    throw new WeightsError(`weights "${id}": the model has no layer "${name}", though the manifest entry lists it`);
  });
  return tf.model({ inputs: model.inputs, outputs: outputs.flat() });
}

class TfjsExtractor implements FeatureExtractor {
  readonly multiple: number;
  readonly context: number;
  private readonly gain: Tensor1D;
  private readonly offset: Tensor1D;

  constructor(
    entry: WeightsEntry,
    readonly taps: readonly Tap[],
    private readonly network: Network,
  ) {
    // What lies beyond the taps is not computed, so its strides do not bind.
    this.multiple = Math.max(...taps.map((tap) => tap.stride));
    // Zero padding reaches farther, but its visible part is gone after two features (docs/models/patchcore.md).
    this.context = 2 * this.multiple;
    this.gain = tf.tensor1d(entry.std.map((std) => entry.scale / std));
    this.offset = tf.tensor1d(entry.mean.map((mean, i) => -mean / entry.std[i]));
  }

  extract(x: Tensor4D): Tensor4D[] {
    return tf.tidy(() => {
      const normalised: Tensor4D = x.mul(this.gain).add(this.offset);
      return lowPrecision(() => this.network.apply(normalised));
    });
  }

  dispose(): void {
    tf.dispose([this.gain, this.offset]);
    this.network.dispose();
  }
}

/** Runs one small picture, so that an entry that describes another network is noticed at once. */
function check(extractor: TfjsExtractor, entry: WeightsEntry): void {
  const side = Math.max(extractor.multiple, ...extractor.taps.map((tap) => tap.stride));
  tf.tidy(() => {
    const outputs = extractor.extract(tf.zeros([1, side, side, 3]));
    for (const [i, tap] of extractor.taps.entries()) {
      const expected = [1, side / tap.stride, side / tap.stride, tap.channels];
      if (outputs[i].shape.join() === expected.join()) continue;
      throw new WeightsError(
        `weights "${entry.id}": layer "${tap.name}" gives the shape [${outputs[i].shape}] for a picture of ${side} pixels, but the manifest entry says [${expected}]`,
      );
    }
  });
}
