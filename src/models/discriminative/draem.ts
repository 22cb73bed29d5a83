import { avgPool } from '../../ops/pool.js';
import { structuralSimilarity } from '../../ops/structural-similarity.js';
import type { Random } from '../../runtime/random.js';
import { tf, type Scalar, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { Pass } from '../nets/module.js';
import { ReconstructionDetector } from '../reconstruction/reconstruction-detector.js';
import type { ReconstructionMethod } from '../reconstruction/reconstruction-method.js';
import { squaredError } from '../reconstruction/squared-error.js';
import { unet } from '../reconstruction/unet.js';
import type { DraemParams } from './draem-params.js';
import { focalLoss } from './focal-loss.js';
import { drawAnomalies, withAnomalies } from './made-up-anomalies.js';

const GAMMA = 2;

/**
 * DRAEM (Zavrtanik, Kristan and Skocaj, A Discriminatively Trained Reconstruction Embedding for Surface Anomaly Detection, ICCV 2021): one network
 * takes made-up anomalies off good pictures, another one finds them from the picture and its reconstruction together.
 */
export class Draem extends ReconstructionDetector<DraemParams> {
  constructor(params: DraemParams) {
    super('vision_draem', params, draemMethod(params), ['levels', 'mean_filter']);
  }
}

export function draemMethod(params: DraemParams): ReconstructionMethod {
  const { width, levels, anomaly_share, own_share, max_beta, mean_filter } = params;
  const reconstructive = unet({ name: 'reconstructive', from: 3, to: 3, width, levels, skips: false });
  const discriminative = unet({ name: 'discriminative', from: 6, to: 1, width, levels, skips: true });
  const judged = (x: Tensor4D, pass: Pass) => {
    const y = tf.sigmoid(reconstructive.apply(x, pass));
    return { y, logits: discriminative.apply(tf.concat([y, x], 3), pass) };
  };
  return {
    trained: [...reconstructive.trained, ...discriminative.trained],
    statistics: [...reconstructive.statistics, ...discriminative.statistics],
    multiple: 2 ** levels,
    draw: (shape, random, textures) => {
      const through = (from: Random) => from.uniform(0, max_beta);
      return drawAnomalies(shape, { share: anomaly_share, ownShare: own_share, through }, random, textures);
    },
    loss: (x, drawn, pass) => {
      const { y, logits } = judged(withAnomalies(x, drawn), pass);
      const error = squaredError(x, y).mean() as Scalar;
      const structure = tf.sub(1, structuralSimilarity(x, y).mean()) as Scalar;
      const focal = focalLoss(logits, drawn[0], GAMMA);
      return { total: error.add<Scalar>(structure).add(focal), parts: { error, structure, focal } };
    },
    map: (x, pass) => tf.tidy(() => tf.sigmoid(judged(x, pass).logits).squeeze([3]) as Tensor3D),
    scored: (maps) =>
      tf.tidy(() => {
        const wide = avgPool(maps.expandDims(3) as Tensor4D, { size: mean_filter, pad: (mean_filter - 1) / 2 });
        return wide.squeeze([3]) as Tensor3D;
      }),
  };
}
