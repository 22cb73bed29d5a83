import { tf, type Tensor1D, type Tensor3D } from '../../runtime/tf.js';
import type { SsimTemplateParams } from './ssim-template-params.js';
import { TemplateDetector, type WindowPair } from './template-detector.js';

const SIDE = 7;
/** Sample, not population, variances. */
const UNBIASED = SIDE ** 2 / (SIDE ** 2 - 1);
const C1 = (0.01 * 255) ** 2;
const C2 = (0.03 * 255) ** 2;

/**
 * Structural similarity with a template (Wang et al. 2004) in a flat 7 x 7 window with sample covariances, C1 = (0.01 * 255)^2,
 * C2 = (0.03 * 255)^2 and a mirrored border: what scikit-image calls SSIM. The map is `1 - SSIM`, held to 0..1.
 */
export class SsimTemplate extends TemplateDetector {
  constructor(params: SsimTemplateParams) {
    const window = { height: SIDE, width: SIDE };
    super('ssim_template_map', { size: params.resize_hw, color: 'gray' }, { ...params, window });
  }

  protected similarity({ picture: a, template: b, covariance }: WindowPair): Tensor3D {
    const light = a.mean.mul(b.mean).mul(2).add(C1).div<Tensor3D>(a.mean.square().add(b.mean.square()).add(C1));
    const spread = a.variance.add(b.variance).mul(UNBIASED).add(C2);
    return covariance
      .mul(2 * UNBIASED)
      .add(C2)
      .div(spread)
      .mul(light) as Tensor3D;
  }

  /** The mean over windows that lie in the picture, as scikit-image takes it. */
  protected override resemblance(similarity: Tensor3D): Tensor1D {
    const [, h, w] = similarity.shape;
    const edge = (SIDE - 1) / 2;
    if (Math.min(h, w) < SIDE) return super.resemblance(similarity);
    return tf.mean(similarity.slice([0, edge, edge], [-1, h - 2 * edge, w - 2 * edge]), [1, 2]) as Tensor1D;
  }

  protected anomaly(similarity: Tensor3D): Tensor3D {
    return similarity.neg().add(1).clipByValue(0, 1) as Tensor3D;
  }
}
