import { tf, type Tensor, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';
import type { Pass } from '../nets/module.js';
import type { Flow, Scales } from './flow.js';
import type { SoftClamp } from './soft-clamp.js';
import type { MakeSubnet } from './subnet.js';

export interface CouplingRule {
  readonly name: string;
  readonly channels: number;
  /** Channels of the first part. */
  readonly split: number;
  /** The part that changes; the other stays and decides how. */
  readonly moves: 'first' | 'second';
  readonly subnet: MakeSubnet;
  /** Channels of the condition that the subnet sees beside the part that stays. */
  readonly condition?: number;
  /** Times which the subnet's values are taken; absent = 1. */
  readonly damping?: number;
  readonly clamp: SoftClamp;
}

/**
 * Affine coupling (Dinh, Sohl-Dickstein and Bengio, Density Estimation Using Real NVP, ICLR 2017): one part of the channels is scaled
 * and shifted by what a subnet makes of the other part. The Jacobian is triangular: its determinant is the product of the scales.
 */
export function coupling(rule: CouplingRule): Flow {
  const { name, channels, split, moves, condition: beside = 0, damping = 1, clamp } = rule;
  const sizes = [split, channels - split];
  const moved = moves === 'first' ? 0 : 1;
  const subnet = rule.subnet(name, sizes[1 - moved] + beside, 2 * sizes[moved]);

  function parts(x: Scales): Tensor4D[][] {
    return x.map((scale) => tf.split(scale, sizes, 3));
  }
  function said(still: Tensor4D[], pass: Pass, condition: Scales | undefined): [logScale: Tensor, shift: Tensor][] {
    const seen = condition === undefined ? still : still.map((part, i) => tf.concat([part, condition[i]], 3));
    return subnet.apply(seen, pass).map((raw) => {
      const [scale, shift] = tf.split(damping === 1 ? raw : raw.mul<Tensor4D>(damping), 2, 3);
      return [clamp(scale), shift];
    });
  }
  function joined(still: Tensor4D, changed: Tensor4D): Tensor4D {
    return tf.concat(moved === 0 ? [changed, still] : [still, changed], 3);
  }

  return {
    trained: subnet.trained,
    statistics: [],
    forward: (x, pass, condition) => {
      const [z, logDet] = tf.tidy(() => {
        const halves = parts(x);
        const changes = said(
          halves.map((half) => half[1 - moved]),
          pass,
          condition,
        );
        const out = halves.map((half, i) => {
          const [logScale, shift] = changes[i];
          return joined(half[1 - moved], half[moved].mul(logScale.exp()).add(shift));
        });
        const sums = changes.map(([logScale]) => logScale.sum([1, 2, 3]) as Tensor1D);
        return [out, sums.reduce((a, b) => a.add(b))];
      });
      return { z, logDet };
    },
    inverse: (z, pass, condition) =>
      tf.tidy(() => {
        const halves = parts(z);
        const changes = said(
          halves.map((half) => half[1 - moved]),
          pass,
          condition,
        );
        return halves.map((half, i) => {
          const [logScale, shift] = changes[i];
          return joined(half[1 - moved], half[moved].sub(shift).mul(logScale.neg().exp()));
        });
      }),
  };
}
