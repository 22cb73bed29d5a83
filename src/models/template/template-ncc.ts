import type { Tensor3D } from '../../runtime/tf.js';
import { TemplateDetector, type WindowPair } from './template-detector.js';
import type { TemplateNccParams } from './template-ncc-params.js';

/** Keeps the quotient of two flat windows finite. */
const EPSILON = 1e-6;

/**
 * Normalised cross-correlation with a template in the window around every pixel: blind to light and contrast, sensitive to shape.
 * The map is `(1 - ncc) / 2`: 0 = alike, 0.5 = unrelated, 1 = inverted.
 *
 * With `flat: zero` the correlation is `(cov + c) / sqrt((var_a + c)(var_b + c))`, `c = noise_std^2`: that of two windows which share
 * a further component of variance `c`. It stays within -1..1, equals the plain one where both windows vary much more than the noise, is 1 for
 * two flat windows, and goes to 0 as one of them gains structure.
 */
export class TemplateNcc extends TemplateDetector {
  constructor(private readonly params: TemplateNccParams) {
    super(
      'vision_template_ncc_map',
      { size: params.resize_hw, color: 'gray' },
      { ...params, window: params.window_hw },
    );
  }

  protected similarity({ picture: a, template: b, covariance }: WindowPair): Tensor3D {
    if (this.params.flat === 'python') {
      return covariance.div(a.variance.mul(b.variance).sqrt().add(EPSILON)).clipByValue(-1, 1) as Tensor3D;
    }
    const shared = this.params.noise_std ** 2;
    const spread = a.variance.add(shared).mul(b.variance.add(shared)).sqrt();
    return covariance.add(shared).div(spread).clipByValue(-1, 1) as Tensor3D;
  }

  protected anomaly(similarity: Tensor3D): Tensor3D {
    return similarity.neg().add(1).div(2) as Tensor3D;
  }
}
