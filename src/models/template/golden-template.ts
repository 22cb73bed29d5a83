import { alignBlocks } from '../../ops/align-blocks.js';
import { beyondTolerance } from '../../ops/beyond-tolerance.js';
import { gaussianBlur } from '../../ops/gaussian.js';
import { matchLight } from '../../ops/match-light.js';
import { patternContrast } from '../../ops/pattern-contrast.js';
import { registerShift } from '../../ops/register-shift.js';
import { rectangleElement } from '../../ops/structuring-element.js';
import { tf, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { Scored } from '../detector.js';
import { scoreMaps } from '../maps/score-maps.js';
import type { GoldenTemplateParams } from './golden-template-params.js';
import { ReferenceDetector } from './reference-detector.js';

/** Steps a pixel of the shift of the whole picture. */
const STEPS = 10;

/**
 * Compares a picture with its golden sample, blind to where the part lies and to the light: the reference is moved as a whole (phase
 * correlation), then part by part (block matching), then takes the light of the picture. What remains is measured both ways against a
 * tolerance of a few pixels: how far the picture lies outside what the reference shows around that place, and how far the
 * reference outside of the picture, so that neither a thin mark nor a thin gap is lost.
 *
 * The map is in units of the reference's contrast: 0 = agrees, 1 = a wide area shows the opposite level, and 0.5 is half way between the two
 * whatever the exposure.
 */
export class GoldenTemplate extends ReferenceDetector<GoldenTemplateParams> {
  constructor(params: GoldenTemplateParams) {
    const { resize } = params;
    super(
      'vision_golden_template_map',
      params,
      { resize, interpolation: 'area', antialias: false, color: 'gray', quantize: false },
      { interpolation: 'bilinear', sigma: 0 },
    );
  }

  protected async compare(pixels: Tensor4D, references: Tensor4D): Promise<Scored> {
    const [count, height, width] = pixels.shape;
    const one = (of: Tensor4D, i: number) => of.slice<Tensor4D>(i, 1);
    return tf.tidy(() => {
      // One by one: many maps of each are alive at a time, and what a picture gives must not depend on those beside it.
      const maps = tf.concat(
        Array.from({ length: count }, (_, i) => tf.tidy(() => this.differences(one(pixels, i), one(references, i)))),
      );
      return { maps, scores: scoreMaps(maps, Array(count).fill({ height, width }), this.params) };
    });
  }

  private differences(pixels: Tensor4D, references: Tensor4D): Tensor3D {
    const { max_shift, local_shift, local_window, tolerance, sigma, min_contrast } = this.params;
    const registered = registerShift(references, pixels, { maxShift: max_shift, upsample: STEPS });
    const local = { search: local_shift, window: local_window };
    const lit = matchLight(registered.squeeze<Tensor3D>([3]), pixels.squeeze<Tensor3D>([3]));
    const contrast = patternContrast(lit).maximum(min_contrast);
    const laid = alignBlocks(lit.expandDims<Tensor4D>(3), pixels, local).squeeze<Tensor3D>([3]);
    const pictures = pixels.squeeze<Tensor3D>([3]);
    const around = rectangleElement(2 * tolerance + 1);
    const beyond = tf.maximum(beyondTolerance(pictures, laid, around), beyondTolerance(laid, pictures, around));
    return gaussianBlur(beyond.div<Tensor3D>(contrast), { ksize: 0, sigma });
  }
}
