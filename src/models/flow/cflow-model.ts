import type { Random } from '../../runtime/random.js';
import { tf, type Scalar, type Tensor1D, type Tensor2D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import { highestPlaces } from '../memory-bank/highest-places.js';
import type { Pass } from '../nets/module.js';
import { allInOne } from './all-in-one.js';
import type { CflowParams } from './cflow-params.js';
import { denseSubnet } from './dense-subnet.js';
import { fiberBatches } from './fiber-batches.js';
import type { Flow } from './flow.js';
import { flowChain } from './flow-chain.js';
import type { FlowModel } from './flow-model.js';
import { joinMaps } from './join-maps.js';
import { halfSquares } from './likelihood.js';
import { positionCode } from './position-code.js';
import { rotation } from './rotation.js';
import { tapFeatures } from './tap-features.js';

/** Of the density of a standard normal value. */
const LOG_ROOT_TWO_PI = 0.5 * Math.log(2 * Math.PI);

/**
 * The networks of CFLOW: every layer of the backbone has a flow of its own, which sees one place at a time and is told which.
 *
 * @param extractor borrowed
 */
export function cflowModel(extractor: FeatureExtractor, params: CflowParams): FlowModel {
  const { coupling_blocks, condition_dim, clamp, fiber_batch_size, score_top } = params;
  const seen = tapFeatures(extractor, params);
  const places = seen.scales.map(({ height, width }) => height * width);
  const most = Math.max(...places);
  const rows = places.map((count) => Math.max(1, Math.round((fiber_batch_size * count) / most)));
  const subnet = denseSubnet((from) => [2 * from]);
  const flows = seen.scales.map(({ channels }, layer) =>
    flowChain(
      Array.from({ length: coupling_blocks }, (_, block) => {
        const name = `layer${layer}.block${block}`;
        return allInOne({ name, channels, subnet, condition: condition_dim, clamp, mix: rotation(name, channels) });
      }),
    ),
  );
  const codeOf = (layer: number) =>
    tf.tensor2d(positionCode(seen.scales[layer], condition_dim), [places[layer], condition_dim]);
  const stepsOf = (pictures: number) => Math.max(1, Math.floor((pictures * most) / fiber_batch_size));

  /** Of every place, `[n * h * w]`. */
  function logLikelihoods(x: Tensor4D, layer: number, pass: Pass): Tensor1D {
    return tf.tidy(() => {
      const [n, , , channels] = x.shape;
      const count = n * places[layer];
      const fibers = x.reshape([count, 1, 1, channels]) as Tensor4D;
      const where = codeOf(layer).tile([n, 1]).reshape([count, 1, 1, condition_dim]) as Tensor4D;
      return logLikelihoodByValue(flows[layer], fibers, where, pass);
    });
  }

  return {
    ...seen,
    trained: flows.flatMap((flow) => flow.trained),
    statistics: flows.flatMap((flow) => flow.statistics),
    stepsOf,
    *steps(x: Tensor4D[], random: Random) {
      const codes: Tensor2D[] = places.map((_, layer) => codeOf(layer));
      try {
        yield* fiberBatches(x, codes, { steps: stepsOf(x[0].shape[0]), rows }, random);
      } finally {
        tf.dispose(codes);
      }
    },
    loss: (inputs, pass) => {
      const losses = flows.map((flow, i) => {
        const [fibers, where] = inputs.slice(2 * i) as Tensor4D[];
        // minus the logarithm of the sigmoid, whose own gradient does not survive a scope
        return tf.softplus(logLikelihoodByValue(flow, fibers, where, pass).neg()).mean();
      });
      return { total: tf.addN(losses) as Scalar };
    },
    highest: (x, pass) =>
      tf.tidy(() => tf.stack(x.map((layer, i) => logLikelihoods(layer, i, pass).max())) as Tensor1D),
    score: (x, pass) => {
      const highest = tf.unstack(pass.values.highest) as Scalar[];
      const anomalies = x.map((layer, i) => {
        const [n, h, w] = layer.shape;
        const below = tf.minimum(logLikelihoods(layer, i, pass).sub(highest[i]), 0);
        return below.expm1().neg().reshape([n, h, w]) as Tensor3D;
      });
      const maps = joinMaps(anomalies).mul<Tensor3D>(anomalies.length);
      return [highestPlaces(maps, score_top), maps];
    },
  };
}

/** The logarithm of the density of each row, divided by the number of its values: `[m]`. */
function logLikelihoodByValue(flow: Flow, fibers: Tensor4D, where: Tensor4D, pass: Pass): Tensor1D {
  const { z, logDet } = flow.forward([fibers], pass, [where]);
  return logDet.sub(halfSquares(z)).div(fibers.shape[3]).sub<Tensor1D>(LOG_ROOT_TWO_PI);
}
