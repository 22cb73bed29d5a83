import { tf, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import type { Pass } from '../nets/module.js';
import { perceptron } from '../nets/perceptron.js';
import type { CoreDeepSvddParams } from './core-deep-svdd-params.js';
import {
  findCenter,
  sphereDistances,
  sphereInputs,
  sphereLoss,
  sphereShapes,
  sphereStatistics,
  type HypersphereRule,
} from './hypersphere.js';
import { RowDetector } from './row-detector.js';
import type { RowMethod } from './row-method.js';

/** Slope of the rectifiers below zero. */
const LEAK = 0.1;

/** Deep SVDD (Ruff et al. 2018) on rows of features: they are drawn together around a centre; what lies far from it is anomalous. */
export class CoreDeepSvdd extends RowDetector<CoreDeepSvddParams> {
  /** @param extractor owned by the detector from now on */
  constructor(params: CoreDeepSvddParams, extractor: FeatureExtractor) {
    super('core_deep_svdd', params, extractor, (width) => rowSphere(width, params));
  }
}

/**
 * Layers without biases, and rectifiers without a bound: with either, a network could map everything onto the centre.
 *
 * @param width values of a row
 */
export function rowSphere(width: number, rule: HypersphereRule & { readonly hidden: readonly number[] }): RowMethod {
  const { hidden } = rule;
  const network = perceptron({ name: 'layers', widths: [width, ...hidden], bias: false, leak: LEAK });
  const distances = (rows: Tensor4D, pass: Pass) => tf.tidy(() => sphereDistances(network.apply(rows, pass), pass));
  return {
    trained: network.trained,
    statistics: sphereStatistics(rule),
    fixed: sphereShapes(hidden[hidden.length - 1]),
    fix: (batches, values) => findCenter(batches, network, values),
    inputs: (epoch) => sphereInputs(rule, epoch),
    loss: (rows, inputs, pass) => sphereLoss(distances(rows, pass), inputs, rule, pass),
    score: distances,
  };
}
