import type { Torch } from '../../config/backbone.js';
import { isTensorFormat, type WeightsEntry } from '../../config/weights-manifest.js';
import { ConfigError } from '../../errors.js';
import { lowPrecision } from '../../runtime/compile/low-precision.js';
import { tf, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';
import { readParameters } from '../weights/read-parameters.js';
import type { WeightsStore } from '../weights-store.js';
import { networkOf } from './architectures.js';
import type { FeatureExtractor, Tap } from './extractor.js';
import { findTap } from './find-tap.js';
import type { LoadedNetwork, Network } from './network.js';

/**
 * Loads a PyTorch checkpoint of the weights manifest as a feature extractor: verified, every tensor accounted for, with batch
 * normalisation folded into the convolutions, cut after the deepest layer.
 *
 * @throws ConfigError when a layer is not a tap of the architecture, or the entry is of another format; WeightsError when the weights
 *   are missing, altered, or of another architecture
 */
export async function loadTorchExtractor(params: Torch, store: WeightsStore): Promise<FeatureExtractor> {
  const entry = await store.entry(params.weights);
  if (!isTensorFormat(entry.format)) {
    throw new ConfigError(
      `backbone: weights "${entry.id}" have the format ${entry.format}, which the backbone "${entry.format}" takes, not "torch"`,
    );
  }
  const network = networkOf(entry);
  const taps = params.layers.map((layer) => findTap(entry.id, network.taps, layer));
  const { files } = await store.resolve(params.weights);
  const values = await readParameters(files[0], entry, network);
  return new TorchExtractor(entry, network, taps, network.load(values, params.layers));
}

class TorchExtractor implements FeatureExtractor {
  readonly multiple: number;
  readonly context: number;
  private readonly gain: Tensor1D;
  private readonly offset: Tensor1D;

  constructor(
    entry: WeightsEntry,
    network: Network,
    readonly taps: readonly Tap[],
    private readonly loaded: LoadedNetwork,
  ) {
    // What lies beyond the taps is not computed, so its strides do not bind.
    this.multiple = Math.max(...taps.map((tap) => tap.stride));
    this.context = network.margin * this.multiple;
    this.gain = tf.tensor1d(entry.std.map((std) => entry.scale / std));
    this.offset = tf.tensor1d(entry.mean.map((mean, i) => -mean / entry.std[i]));
  }

  extract(x: Tensor4D): Tensor4D[] {
    return tf.tidy(() => {
      const normalised: Tensor4D = x.mul(this.gain).add(this.offset);
      return lowPrecision(() => this.loaded.apply(normalised));
    });
  }

  dispose(): void {
    tf.dispose([this.gain, this.offset]);
    this.loaded.dispose();
  }
}
