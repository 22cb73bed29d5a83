import { tf, type Scalar, type Tensor1D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { FeatureExtractor } from '../backbones/extractor.js';
import { frameWidth } from '../backbones/frame-width.js';
import type { Pass } from '../nets/module.js';
import type { Loss } from '../training/training-task.js';
import { checkHalvedSides } from './check-halved-sides.js';
import { cosineDistances } from './cosine-distances.js';
import { DistillationDetector } from './distillation-detector.js';
import { fuseMaps } from './fuse-maps.js';
import { similarityLoss } from './similarity-loss.js';
import { studentWidths } from './student-widths.js';
import { TARGET, uninetNetwork, type UniNetwork } from './uninet-network.js';
import type { UniNetParams } from './uninet-params.js';
import { weightedDecision } from './weighted-decision.js';

const FEATURE_KEYS = ['backbone', 'resize', 'interpolation', 'antialias', 'context', 'student_width'] as const;

/** UniNet (Wei, Jiang and Xu, CVPR 2025): one student of two teachers, the source's features found in the target's and the other way round. */
export class UniNet extends DistillationDetector<UniNetParams> {
  private readonly network: UniNetwork;

  /**
   * @param extractor the source teacher, owned by the detector from now on
   * @throws ConfigError when backbone or size do not fit
   */
  constructor(params: UniNetParams, extractor: FeatureExtractor) {
    const { taps } = extractor;
    checkHalvedSides(params.resize, taps);
    const network = uninetNetwork(taps, studentWidths(params.student_width));
    const frame = frameWidth(extractor, params.context);
    super('vision_uninet', params, extractor, FEATURE_KEYS, { ...network, seesPictures: false, frame });
    this.network = network;
  }

  protected override rateOf(name: string): number {
    return name.startsWith(TARGET) ? this.params.target_rate : 1;
  }

  protected lossOf(_: Tensor4D | null, features: readonly Tensor4D[], pass: Pass): Loss {
    const { teachers, answers } = this.network.pairs(features, pass);
    const losses = teachers.map((teacher, i) => similarityLoss(teacher, answers[i], this.params));
    const names = ['source', 'target'].flatMap((who) => this.extractor.taps.map((tap) => `${who} ${tap.name}`));
    const parts = Object.fromEntries(names.map((name, i) => [name, losses[i]]));
    return { total: tf.addN(losses) as Scalar, parts };
  }

  protected judged(_: Tensor4D, features: readonly Tensor4D[], pass: Pass): readonly [Tensor1D, Tensor3D] {
    const { teachers, answers } = this.network.pairs(features, pass);
    const layers = teachers.map((teacher, i) => cosineDistances(teacher, answers[i]));
    const maps = fuseMaps(layers, 'sum');
    return [weightedDecision(layers, maps, this.params), maps];
  }
}
