import { registerShift } from '../../ops/register-shift.js';
import { tf, type Tensor, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { FitContext, FitSource } from '../detector.js';
import { MapDetector, type Learned } from '../maps/map-detector.js';
import { learnTemplates } from './learn-templates.js';
import type { PhaseCorrelationParams } from './phase-correlation-params.js';

/**
 * The absolute difference, as a share of the 255 grey levels, to the kept training picture that is nearest once its shift is undone.
 * Edges that came in from outside repeat the border.
 */
export class PhaseCorrelation extends MapDetector {
  protected readonly expected = { templates: [null, ...this.shape] };

  constructor(private readonly params: PhaseCorrelationParams) {
    super('vision_phase_correlation_map', { size: params.resize_hw, color: 'gray' }, params);
  }

  protected learn(source: FitSource, context: FitContext): Promise<Learned> {
    return learnTemplates(source, context, this.shape, this.params.n_templates);
  }

  protected compare(pixels: Tensor4D, { templates }: Readonly<Record<string, Tensor>>): Tensor3D {
    const { max_shift: maxShift, upsample_factor: upsample } = this.params;
    const maps = (templates as Tensor4D).unstack().map((template) => {
      const same = tf.tile(template.expandDims<Tensor4D>(0), [pixels.shape[0], 1, 1, 1]);
      const laid = registerShift(same, pixels, { maxShift, upsample });
      return pixels.sub(laid).abs().div(255).squeeze<Tensor3D>([3]);
    });
    return maps.reduce((nearest, map) => {
      const mean = (of: Tensor3D) => tf.mean(of, [1, 2], true);
      return tf.where(mean(map).less(mean(nearest)), map, nearest);
    });
  }
}
