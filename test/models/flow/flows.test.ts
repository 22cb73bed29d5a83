import { expect } from 'chai';
import { allInOne } from '../../../src/models/flow/all-in-one.js';
import { channelScale } from '../../../src/models/flow/channel-scale.js';
import { convolutionSubnet } from '../../../src/models/flow/convolution-subnet.js';
import { coupling } from '../../../src/models/flow/coupling.js';
import { crossScaleSubnet } from '../../../src/models/flow/cross-scale-subnet.js';
import { denseSubnet } from '../../../src/models/flow/dense-subnet.js';
import type { Flow, Scales } from '../../../src/models/flow/flow.js';
import { flowChain } from '../../../src/models/flow/flow-chain.js';
import { glowBlock } from '../../../src/models/flow/glow-block.js';
import { permutation } from '../../../src/models/flow/permutation.js';
import { rotation } from '../../../src/models/flow/rotation.js';
import { arctanClamp, tanhClamp } from '../../../src/models/flow/soft-clamp.js';
import { begin, scoring, type Pass } from '../../../src/models/nets/module.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { numericalLogDet } from '../../support/numerical-log-det.js';
import { worst } from '../../support/worst.js';

type Side = readonly [h: number, w: number, c: number];

interface Case {
  readonly flow: () => Flow;
  readonly sides: readonly Side[];
  readonly condition?: number;
}

const single: readonly Side[] = [[2, 3, 5]];
const place: readonly Side[] = [[1, 1, 7]];
const pyramid: readonly Side[] = [
  [4, 4, 3],
  [2, 2, 3],
  [1, 1, 3],
];
const conv3 = convolutionSubnet(3, 1);
const fully = denseSubnet((from) => [2 * from]);

const cases: Record<string, Case> = {
  'a coupling that moves the second part': {
    flow: () => coupling({ name: 'f', channels: 5, split: 3, moves: 'second', subnet: conv3, clamp: tanhClamp(2) }),
    sides: single,
  },
  'a coupling that moves the first part': {
    flow: () => coupling({ name: 'f', channels: 5, split: 2, moves: 'first', subnet: fully, clamp: arctanClamp(3) }),
    sides: single,
  },
  'a coupling with a condition': {
    flow: () =>
      coupling({
        ...{ name: 'f', channels: 7, split: 4, moves: 'second', subnet: fully },
        ...{ condition: 3, damping: 0.5, clamp: tanhClamp(1.9) },
      }),
    sides: place,
    condition: 3,
  },
  'scales of the channels': { flow: () => channelScale('f', 5), sides: single },
  'a permutation': { flow: () => permutation([3, 0, 4, 1, 2]), sides: single },
  'a rotation': { flow: () => rotation('f', 5), sides: single },
  'a block as of FastFlow': {
    flow: () =>
      flowChain(
        [3, 1].map((size, i) =>
          allInOne({
            ...{ name: `f${i}`, channels: 5, subnet: convolutionSubnet(size, 1), clamp: 2 },
            mix: permutation([1, 3, 4, 2, 0]),
          }),
        ),
      ),
    sides: single,
  },
  'a block as of CFLOW': {
    flow: () => allInOne({ name: 'f', channels: 7, subnet: fully, condition: 4, clamp: 1.9, mix: rotation('f', 7) }),
    sides: place,
    condition: 4,
  },
  'a block as of DifferNet': {
    flow: () => glowBlock({ name: 'f', channels: 7, subnet: fully, clamp: 3, order: [6, 2, 0, 1, 5, 3, 4] }),
    sides: place,
  },
  'a block as of CS-Flow': {
    flow: () => glowBlock({ name: 'f', channels: 3, subnet: crossScaleSubnet(3, 4), clamp: 3, order: [2, 0, 1] }),
    sides: pyramid,
  },
};

onEveryBackend('flows', () => {
  for (const [title, { flow: make, sides, condition: width }] of Object.entries(cases)) {
    const flow = make();
    const count = sides.reduce((sum, [h, w, c]) => sum + h * w * c, 0);
    const random = new Random(11);
    const normal = () => random.normal();
    const [point, other] = [0, 1].map(() => Array.from({ length: count }, normal));
    const beside = Array.from({ length: (width ?? 0) * sides[0][0] * sides[0][1] }, normal);

    /** Every tensor that is learned away from where it begins, so that nothing is the identity by chance. */
    const moved = (): Pass => {
      const started = begin([...flow.trained, ...flow.statistics], new Random(1));
      const values = Object.fromEntries(
        Object.entries(started).map(([name, tensor]) => {
          if (flow.statistics.some((start) => start.name === name)) return [name, tensor];
          const noise = new Random(2).fork(name);
          const by = tf.tensor(
            Float32Array.from({ length: tensor.size }, () => 0.3 * noise.normal()),
            tensor.shape,
          );
          const sum = tensor.add(by);
          tf.dispose([tensor, by]);
          return [name, sum];
        }),
      );
      return scoring(values);
    };
    const toScales = (points: readonly (readonly number[])[]): Tensor4D[] => {
      let at = 0;
      return sides.map(([h, w, c]) => {
        const size = h * w * c;
        const values = points.flatMap((p) => p.slice(at, at + size));
        at += size;
        return tf.tensor4d(values, [points.length, h, w, c]);
      });
    };
    const conditions = (n: number): Tensor4D[] | undefined =>
      width === undefined
        ? undefined
        : [tf.tensor4d(Array.from({ length: n }, () => beside).flat(), [n, sides[0][0], sides[0][1], width])];
    const flat = async (scales: Scales, n: number): Promise<number[][]> => {
      const parts = await Promise.all(scales.map((scale) => scale.data()));
      return Array.from({ length: n }, (_, i) =>
        parts.flatMap((part) => Array.from(part.slice((i * part.length) / n, ((i + 1) * part.length) / n))),
      );
    };

    it(
      `${title}: the determinant is that of the numerical Jacobian, for each picture by itself`,
      leavesNoTensors(async () => {
        const pass = moved();
        const run = async (points: number[][]) => {
          const [x, condition] = [toScales(points), conditions(points.length)];
          const { z, logDet } = flow.forward(x, pass, condition);
          const out = [await flat(z, points.length), Array.from(await logDet.data())] as const;
          tf.dispose([x, condition ?? [], z, logDet]);
          return out;
        };
        const [, logDet] = await run([point, other]);
        for (const [i, at] of [point, other].entries()) {
          const numerical = await numericalLogDet(async (points) => (await run(points))[0], at, 1e-2);
          expect(logDet[i]).to.be.closeTo(numerical, 5e-3);
        }
        tf.dispose(pass.values);
      }),
    );

    it(
      `${title}: backward undoes forward`,
      leavesNoTensors(async () => {
        const pass = moved();
        const [x, condition] = [toScales([point, other]), conditions(2)];
        const { z, logDet } = flow.forward(x, pass, condition);
        const back = flow.inverse(z, pass, condition);
        expect(worst((await flat(back, 2)).flat(), [...point, ...other])).to.be.below(1e-5);
        expect(worst((await flat(z, 2)).flat(), [...point, ...other])).to.be.above(1e-2);
        tf.dispose([x, condition ?? [], z, logDet, back, pass.values]);
      }),
    );
  }
});
