import { Random } from '../../runtime/random.js';
import type { Scalar, Tensor1D, Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import { denseSubnet } from './dense-subnet.js';
import type { DiffernetParams } from './differnet-params.js';
import { flowChain } from './flow-chain.js';
import type { FlowModel } from './flow-model.js';
import { glowBlock } from './glow-block.js';
import { negativeLogLikelihood } from './likelihood.js';
import { randomOrder } from './permutation.js';
import { picturePyramid } from './picture-pyramid.js';
import { turnedPyramid } from './turned-pyramid.js';

/**
 * The networks of DifferNet: a flow of what the backbone says of a whole picture at three sizes.
 *
 * @param extractor borrowed
 * @throws ConfigError when backbone or size do not fit
 */
export function differnetModel(extractor: FeatureExtractor, params: DiffernetParams, seed: number): FlowModel {
  const { coupling_blocks, hidden, clamp, transforms, rotation } = params;
  const pyramid = picturePyramid('vision_differnet', extractor, params);
  const seen = turnedPyramid(pyramid, turns(transforms, rotation));
  const [{ channels }] = seen.scales;
  const flow = flowChain(
    Array.from({ length: coupling_blocks }, (_, k) => {
      const name = `block${k}`;
      const order = randomOrder(channels, new Random(seed).fork(`permutation of ${name}`));
      return glowBlock({ name, channels, subnet: denseSubnet(() => [hidden, hidden, hidden]), clamp, order });
    }),
  );
  /** Every copy by itself. */
  const rows = (x: Tensor4D) => x.reshape([-1, 1, 1, channels]) as Tensor4D;
  return {
    ...seen,
    trained: flow.trained,
    statistics: flow.statistics,
    stepsOf: () => 1,
    *steps(x) {
      yield x;
    },
    loss: ([x], pass) => ({
      total: negativeLogLikelihood(flow.forward([rows(x as Tensor4D)], pass)).div<Scalar>(channels),
    }),
    score: ([x], pass) => {
      const [z] = flow.forward([rows(x)], pass).z;
      const scores = z.reshape([x.shape[0], -1]).square().mean(1) as Tensor1D;
      return [scores, null];
    },
  };
}

/** Evenly spaced; a single copy is not turned, and a whole turn does not come twice. */
function turns(count: number, most: number): number[] {
  if (count === 1) return [0];
  const step = most === 180 ? 360 / count : (2 * most) / (count - 1);
  return Array.from({ length: count }, (_, i) => i * step - most);
}
