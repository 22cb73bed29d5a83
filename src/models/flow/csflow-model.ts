import { Random } from '../../runtime/random.js';
import type { Scalar, Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import { highestPlaces } from '../memory-bank/highest-places.js';
import { crossScaleSubnet } from './cross-scale-subnet.js';
import type { CsflowParams } from './csflow-params.js';
import { flowChain } from './flow-chain.js';
import type { FlowModel } from './flow-model.js';
import { glowBlock } from './glow-block.js';
import { joinMaps } from './join-maps.js';
import { meanSquares, negativeLogLikelihood } from './likelihood.js';
import { randomOrder } from './permutation.js';
import { picturePyramid } from './picture-pyramid.js';

/**
 * The networks of CS-Flow: one flow over three scales of a picture, whose subnets let every scale hear its neighbours.
 *
 * @param extractor borrowed
 * @throws ConfigError when backbone or size do not fit
 */
export function csflowModel(extractor: FeatureExtractor, params: CsflowParams, seed: number): FlowModel {
  const { coupling_blocks, hidden_channels, clamp, score_top } = params;
  const seen = picturePyramid('vision_csflow', extractor, params);
  const [{ channels }] = seen.scales;
  const values = seen.scales.reduce((sum, { height, width }) => sum + height * width * channels, 0);
  const flow = flowChain(
    Array.from({ length: coupling_blocks }, (_, k) => {
      const name = `block${k}`;
      const subnet = crossScaleSubnet(k === coupling_blocks - 1 ? 5 : 3, hidden_channels);
      const order = randomOrder(channels, new Random(seed).fork(`permutation of ${name}`));
      return glowBlock({ name, channels, subnet, clamp, order });
    }),
  );
  return {
    ...seen,
    trained: flow.trained,
    statistics: flow.statistics,
    stepsOf: () => 1,
    *steps(x) {
      yield x;
    },
    loss: (inputs, pass) => {
      const total = negativeLogLikelihood(flow.forward(inputs as Tensor4D[], pass)).div<Scalar>(values);
      return { total };
    },
    score: (x, pass) => {
      const { z } = flow.forward(x, pass);
      const maps = joinMaps(z.map((scale) => meanSquares(scale)));
      return [highestPlaces(maps, score_top), maps];
    },
  };
}
