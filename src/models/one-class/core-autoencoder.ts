import { tf, type Scalar, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { Pass } from '../nets/module.js';
import { perceptron } from '../nets/perceptron.js';
import { squaredError } from '../reconstruction/squared-error.js';
import type { CoreAutoencoderParams } from './core-autoencoder-params.js';
import { RowDetector } from './row-detector.js';
import type { RowMethod } from './row-method.js';

/** Rows of features go through a narrow layer and back: what does not come back is anomalous. */
export class CoreAutoencoder extends RowDetector<CoreAutoencoderParams> {
  /** @param extractor owned by the detector from now on */
  constructor(params: CoreAutoencoderParams, extractor: FeatureExtractor) {
    super('core_autoencoder', params, extractor, (width) => rowAutoencoder(width, params.hidden));
  }
}

/**
 * An autoencoder of linear layers and rectifiers (Hinton and Salakhutdinov 2006); the score of a row is its mean squared error.
 *
 * @param width values of a row
 * @param hidden widths down to the code
 */
export function rowAutoencoder(width: number, hidden: readonly number[]): RowMethod {
  const back = [...hidden].reverse().slice(1);
  const network = perceptron({ name: 'layers', widths: [width, ...hidden, ...back, width] });
  const errors = (rows: Tensor4D, pass: Pass) => tf.tidy(() => squaredError(rows, network.apply(rows, pass)));
  return {
    trained: network.trained,
    statistics: network.statistics,
    loss: (rows, _, pass) => ({ total: errors(rows, pass).mean() as Scalar }),
    score: errors,
  };
}
