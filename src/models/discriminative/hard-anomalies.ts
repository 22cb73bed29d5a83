import { constant } from '../../ops/constant.js';
import { tf, type Tensor, type Tensor2D, type Tensor4D } from '../../runtime/tf.js';
import type { Pass } from '../nets/module.js';
import type { GlassParams } from './glass-params.js';
import { discriminatorSlope } from './place-discriminator.js';
import { lengthsOf, withinShell } from './within-shell.js';

export type AscentRule = Pick<GlassParams, 'ascent_steps' | 'ascent_rate' | 'truncate_every'>;

/** Where anomalous features may lie. */
export interface Shell {
  /** `[n, gh, gw, d]`: from what their distance is measured; borrowed */
  readonly origin: Tensor4D;
  /** The shortest distance; borrowed. */
  readonly least: Tensor;
  /** How many times as far the longest one is. */
  readonly times: number;
}

/**
 * The global anomalies of GLASS: features with noise go up the slope of the discriminator's loss, so that they become harder to tell from good
 * ones, and are brought back into a shell around what is good every few steps. Gradients take what is found for a constant.
 *
 * @param good `[n, gh, gw, d]`, borrowed
 * @param noise of that shape, borrowed
 * @param rate of a step, in lengths of the features
 * @returns what is to be added to `good`, owned by the caller
 */
export function hardAnomalies(
  good: Tensor4D,
  noise: Tensor4D,
  shell: Shell,
  pass: Pass,
  { ascent_steps, ascent_rate, truncate_every }: AscentRule,
): Tensor4D {
  const names = Object.keys(pass.values).filter((name) => name.startsWith('discriminator.'));
  const found = (...tensors: Tensor[]) =>
    tf.tidy(() => {
      const [features, beside, origin, least, ...values] = tensors;
      const rows = (x: Tensor) => x.reshape<Tensor2D>([-1, good.shape[3]]);
      const named = Object.fromEntries(names.map((name, i) => [name, values[i]]));
      const from = rows(features);
      const slope = discriminatorSlope(named, pass.training ? from : null);
      const middle = rows(origin);
      let at = from.add<Tensor2D>(rows(beside));
      for (let step = 1; step <= ascent_steps; step++) {
        // The loss of an anomaly falls as its number rises, at a rate that its own length takes away again.
        const down = slope(at);
        at = at.sub(down.div(lengthsOf(down)).mul(ascent_rate));
        if (step % truncate_every === 0 || step === ascent_steps) {
          at = middle.add(withinShell(at.sub(middle), least, shell.times));
        }
      }
      return at.sub(from).reshape<Tensor4D>(good.shape);
    });
  return constant(found, good, noise, shell.origin, shell.least, ...names.map((name) => pass.values[name]));
}
