import { windowCovariance, windowMoments, type Window, type WindowMoments } from '../../ops/window-moments.js';
import { tf, type Tensor, type Tensor1D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import type { FitContext, FitSource } from '../detector.js';
import { MapDetector, type FixedInput, type Learned } from '../maps/map-detector.js';
import type { ScoringParams } from '../maps/map-params.js';
import { learnTemplates } from './learn-templates.js';

/** The windows around every pixel of a picture and of a template. */
export interface WindowPair {
  /** `[n, h, w]` */
  readonly picture: WindowMoments;
  /** `[1, h, w]` */
  readonly template: WindowMoments;
  /** `[n, h, w]`, of the population */
  readonly covariance: Tensor3D;
}

export interface TemplateOptions extends ScoringParams {
  readonly n_templates: number;
  readonly window: Window;
}

/**
 * Compares the windows of a picture with those of a few kept training pictures, and reports the map against the one that it
 * resembles most (the first of equals).
 */
export abstract class TemplateDetector extends MapDetector {
  protected readonly expected = { templates: [null, ...this.shape] };

  constructor(
    name: string,
    input: FixedInput,
    private readonly options: TemplateOptions,
  ) {
    super(name, input, options);
  }

  /** @returns `[n, h, w]`: 1 where the windows agree; the call runs inside `tf.tidy` */
  protected abstract similarity(windows: WindowPair): Tensor3D;

  /** @returns `[n, h, w]`: the anomaly of a similarity, 0 or more */
  protected abstract anomaly(similarity: Tensor3D): Tensor3D;

  /** @returns `[n]`: how much a picture resembles a template; the call runs inside `tf.tidy` */
  protected resemblance(similarity: Tensor3D): Tensor1D {
    return tf.mean(similarity, [1, 2]) as Tensor1D;
  }

  protected learn(source: FitSource, context: FitContext): Promise<Learned> {
    return learnTemplates(source, context, this.shape, this.options.n_templates);
  }

  protected override derive({ templates }: Record<string, Tensor>): Record<string, Tensor> {
    return { ...windowMoments(templates.squeeze<Tensor3D>([3]), this.options.window) };
  }

  protected compare(pixels: Tensor4D, learned: Record<string, Tensor>): Tensor3D {
    const { window } = this.options;
    const a = pixels.squeeze<Tensor3D>([3]);
    const moments = windowMoments(a, window);
    const maps = Array.from({ length: learned.templates.shape[0] }, (_, i) => {
      const one = (name: string) => learned[name].slice(i, 1) as Tensor3D;
      const template = {
        mean: one('mean'),
        level: one('level'),
        sum: one('sum'),
        rest: one('rest'),
        variance: one('variance'),
      };
      const b = { picture: (learned.templates.slice(i, 1) as Tensor4D).squeeze<Tensor3D>([3]), moments: template };
      const covariance = windowCovariance({ picture: a, moments }, b, window);
      return this.similarity({ picture: moments, template, covariance });
    });
    return this.anomaly(this.mostSimilar(maps));
  }

  private mostSimilar(maps: readonly Tensor3D[]): Tensor3D {
    if (maps.length === 1) return maps[0];
    return maps.slice(1).reduce(
      (leader, map) => {
        const mean = this.resemblance(map);
        const wins = tf.greater(mean, leader.mean).reshape([-1, 1, 1]);
        return { map: tf.where(wins, map, leader.map), mean: tf.maximum(mean, leader.mean) as Tensor1D };
      },
      { map: maps[0], mean: this.resemblance(maps[0]) },
    ).map;
  }
}
