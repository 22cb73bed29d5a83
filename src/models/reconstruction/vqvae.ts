import { constant as fixed } from '../../ops/constant.js';
import { tf, type Scalar, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';
import { convolution } from '../nets/convolution.js';
import type { Pass, Start } from '../nets/module.js';
import { channelsOf, decoder, encoder } from './coder.js';
import { ReconstructionDetector } from './reconstruction-detector.js';
import type { ReconstructionMethod } from './reconstruction-method.js';
import { squaredError } from './squared-error.js';
import type { VqvaeParams } from './vqvae-params.js';

/**
 * An autoencoder with a codebook (van den Oord, Vinyals and Kavukcuoglu, Neural Discrete Representation Learning, NeurIPS 2017): every
 * place of the code becomes the nearest of a few learned entries. Gradients pass straight through the choice; the entries follow the
 * features, and the features are held to their entries.
 */
export class Vqvae extends ReconstructionDetector<VqvaeParams> {
  constructor(params: VqvaeParams) {
    super('vqvae_conv', params, vqvaeMethod(params), ['levels', 'codes', 'latent']);
  }
}

export function vqvaeMethod({ width, levels, codes, latent, commitment }: VqvaeParams): ReconstructionMethod {
  const deepest = channelsOf(width, levels - 1);
  const down = encoder('encoder', width, levels);
  const narrow = convolution({ name: 'narrow', from: deepest, to: latent, size: 1, start: 'torch' });
  const widen = convolution({ name: 'widen', from: latent, to: deepest, size: 1 });
  const up = decoder('decoder', width, levels);
  const modules = [down, narrow, widen, up];
  const decoded = (code: Tensor4D, pass: Pass) => up.apply(tf.relu(widen.apply(code, pass)), pass);
  const features = (x: Tensor4D, pass: Pass) => narrow.apply(down.apply(x, pass), pass);
  return {
    trained: [...modules.flatMap((module) => module.trained), codebook(codes, latent)],
    statistics: modules.flatMap((module) => module.statistics),
    multiple: 2 ** levels,
    loss: (x, _, pass) => {
      const found = features(x, pass);
      const chosen = nearestEntries(found, pass.values.codebook as Tensor2D);
      const code: Tensor4D = found.add(fixed((entry, from) => entry.sub(from), chosen, found));
      const error = squaredError(x, decoded(code, pass)).mean() as Scalar;
      const [still, moving] = [fixed((entry) => entry.clone(), chosen), fixed((from) => from.clone(), found)];
      const entries = tf.mean(moving.sub(chosen).square()) as Scalar;
      const held = tf.mean(found.sub(still).square()) as Scalar;
      return { total: error.add(entries).add(held.mul(commitment)), parts: { error, codebook: entries } };
    },
    map: (x, pass) =>
      tf.tidy(() => {
        const chosen = nearestEntries(features(x, pass), pass.values.codebook as Tensor2D);
        return squaredError(x, decoded(chosen, pass));
      }),
  };
}

function codebook(codes: number, latent: number): Start {
  const draw: Start['draw'] = (random) =>
    Float32Array.from({ length: codes * latent }, () => random.uniform(-1, 1) / Math.sqrt(latent));
  return { name: 'codebook', shape: [codes, latent], draw };
}

/**
 * The nearest entry of every place, as a product with one-hot rows: the gradient goes to the entries alone.
 *
 * @param features `[n, h, w, latent]`, borrowed
 * @param entries `[codes, latent]`, borrowed
 * @returns `[n, h, w, latent]`, owned by the caller
 */
function nearestEntries(features: Tensor4D, entries: Tensor2D): Tensor4D {
  const [codes] = entries.shape;
  return tf.tidy(() => {
    const choice = fixed(
      (from, among) => {
        const rows = from.reshape([-1, among.shape[1]!]) as Tensor2D;
        // The square of the row itself is the same for all entries.
        const near = tf
          .matMul(rows, among as Tensor2D, false, true)
          .mul(2)
          .sub(among.square().sum(1));
        return tf.oneHot(near.argMax(1) as Tensor2D, codes).toFloat();
      },
      features,
      entries,
    );
    return tf.matMul(choice as Tensor2D, entries).reshape(features.shape);
  });
}
