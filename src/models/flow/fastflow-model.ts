import { Random } from '../../runtime/random.js';
import { tf, type Scalar, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import { highestPlaces } from '../memory-bank/highest-places.js';
import { allInOne } from './all-in-one.js';
import { convolutionSubnet } from './convolution-subnet.js';
import type { FastflowParams } from './fastflow-params.js';
import { flowChain } from './flow-chain.js';
import type { FlowModel } from './flow-model.js';
import { joinMaps } from './join-maps.js';
import { meanSquares, negativeLogLikelihood } from './likelihood.js';
import { permutation, randomOrder } from './permutation.js';
import { tapFeatures } from './tap-features.js';

/**
 * The networks of FastFlow: every layer of the backbone has a flow of its own over the whole grid.
 *
 * @param extractor borrowed
 */
export function fastflowModel(extractor: FeatureExtractor, params: FastflowParams, seed: number): FlowModel {
  const { flow_steps, hidden_ratio, conv3x3_only, clamp, score_top } = params;
  const seen = tapFeatures(extractor, params);
  const flows = seen.scales.map(({ channels }, layer) =>
    flowChain(
      Array.from({ length: flow_steps }, (_, step) => {
        const name = `layer${layer}.step${step}`;
        return allInOne({
          ...{ name, channels, clamp },
          subnet: convolutionSubnet(step % 2 === 1 && !conv3x3_only ? 1 : 3, hidden_ratio),
          mix: permutation(randomOrder(channels, new Random(seed).fork(`permutation of ${name}`))),
        });
      }),
    ),
  );
  return {
    ...seen,
    trained: flows.flatMap((flow) => flow.trained),
    statistics: flows.flatMap((flow) => flow.statistics),
    stepsOf: () => 1,
    *steps(x) {
      yield x;
    },
    loss: (inputs, pass) => {
      const losses = flows.map((flow, i) => negativeLogLikelihood(flow.forward([inputs[i] as Tensor4D], pass)));
      return { total: tf.addN(losses) as Scalar };
    },
    score: (x, pass) => {
      // 1 - exp(mean of log p over the channels), log p without its constant: 0 where all values are the likeliest.
      const maps = joinMaps(
        flows.map((flow, i) => {
          const [z] = flow.forward([x[i]], pass).z;
          return meanSquares(z).mul(-0.5).expm1().neg() as Tensor3D;
        }),
      );
      return [highestPlaces(maps, score_top), maps];
    },
  };
}
