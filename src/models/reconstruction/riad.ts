import { gradientDissimilarity } from '../../ops/gradient-similarity.js';
import { avgPool } from '../../ops/pool.js';
import { structuralSimilarity } from '../../ops/structural-similarity.js';
import { Random } from '../../runtime/random.js';
import { tf, type Scalar, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { Pass } from '../nets/module.js';
import { disjointMasks } from './disjoint-masks.js';
import { ReconstructionDetector } from './reconstruction-detector.js';
import type { ReconstructionMethod } from './reconstruction-method.js';
import type { RiadParams } from './riad-params.js';
import { squaredError } from './squared-error.js';
import { unet } from './unet.js';

/** What the masks of scores are drawn from: they are the same for every picture and every model. */
const SCORING_SEED = 0;

/**
 * RIAD (Zavrtanik, Kristan and Skocaj, Reconstruction by Inpainting for Visual Anomaly Detection, Pattern Recognition 2021): a U-Net fills in what
 * was removed from a picture. The squares of a grid are removed in several turns, so that every place is once filled in from its
 * surroundings; where that fails to give the edges of the picture, it is anomalous. Scores remove squares too.
 */
export class Riad extends ReconstructionDetector<RiadParams> {
  constructor(params: RiadParams) {
    super('vision_riad', params, riadMethod(params), ['levels', 'square_sizes', 'disjoint_sets', 'mean_filter']);
  }
}

export function riadMethod(params: RiadParams): ReconstructionMethod {
  const { width, levels, square_sizes, disjoint_sets, lambda_gms, lambda_ssim, mean_filter } = params;
  const network = unet({ name: 'unet', from: 3, to: 3, width, levels, skips: true });
  return {
    trained: network.trained,
    statistics: network.statistics,
    multiple: 2 ** levels,
    draw: ([, h, w], random) => [
      disjointMasks(random, [h, w], square_sizes[random.below(square_sizes.length)], disjoint_sets),
    ],
    loss: (x, [masks], pass) => {
      const y = filledIn(x, masks as Tensor4D, pass);
      const error = squaredError(x, y).mean() as Scalar;
      const edges = gradientDissimilarity(x, y, scalesOf(x)).mean() as Scalar;
      const structure = tf.sub(1, structuralSimilarity(x, y).mean()) as Scalar;
      return {
        total: error.add<Scalar>(edges.mul(lambda_gms)).add(structure.mul(lambda_ssim)),
        parts: { error, edges, structure },
      };
    },
    map: (x, pass) =>
      tf.tidy(() => {
        const [n, h, w] = x.shape;
        const random = new Random(SCORING_SEED);
        const maps = square_sizes.map((side) => {
          const masks = disjointMasks(random, [h, w], side, disjoint_sets);
          return gradientDissimilarity(x, filledIn(x, masks, pass), scalesOf(x));
        });
        const mean = tf.addN(maps).div(maps.length).reshape([n, h, w, 1]) as Tensor4D;
        return avgPool(mean, { size: mean_filter, pad: (mean_filter - 1) / 2 }).reshape([n, h, w]) as Tensor3D;
      }),
  };

  /** Every place as the network sees it when it is removed. */
  function filledIn(x: Tensor4D, masks: Tensor4D, pass: Pass): Tensor4D {
    return tf.tidy(() => {
      const [n, h, w, c] = x.shape;
      const [sets] = masks.shape;
      const parts = tf.unstack(masks).map((mask) => x.mul<Tensor4D>(mask));
      const filled = tf.sigmoid(network.apply(tf.concat(parts, 0), pass)).reshape([sets, n, h, w, c]);
      return filled.mul(tf.sub(1, masks).reshape([sets, 1, h, w, 1])).sum(0) as Tensor4D;
    });
  }
}

/** Four, as in the paper, where the picture is large enough. */
function scalesOf({ shape: [, h, w] }: Tensor4D): number {
  return Math.max(1, Math.min(4, Math.floor(Math.log2(Math.min(h, w)))));
}
