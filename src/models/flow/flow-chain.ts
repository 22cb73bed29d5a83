import { tf, type Tensor1D, type Tensor4D } from '../../runtime/tf.js';
import type { Flow, Flowed } from './flow.js';

/** Flows one after the other, one at least: their logarithms of determinants add up. */
export function flowChain(flows: readonly Flow[]): Flow {
  return {
    trained: flows.flatMap((flow) => flow.trained),
    statistics: flows.flatMap((flow) => flow.statistics),
    forward: (x, pass, condition) => {
      const [z, logDet] = tf.tidy(() => {
        const [first, ...rest] = flows;
        const joined = rest.reduce<Flowed>(
          (before, flow) => {
            const after = flow.forward(before.z, pass, condition);
            return { z: after.z, logDet: before.logDet.add<Tensor1D>(after.logDet) };
          },
          first.forward(x, pass, condition),
        );
        return [joined.z, joined.logDet];
      });
      return { z, logDet };
    },
    inverse: (z, pass, condition) =>
      tf.tidy(() => flows.reduceRight<Tensor4D[]>((y, flow) => flow.inverse(y, pass, condition), [...z])),
  };
}
