import { tf, type Scalar, type Tensor, type Tensor1D, type Tensor3D, type Tensor4D } from '../../runtime/tf.js';
import { scoring, type Module, type Pass, type Start, type Values } from '../nets/module.js';
import { constant } from '../nets/starts.js';
import type { Loss } from '../training/training-task.js';

export interface HypersphereRule {
  readonly objective: 'one-class' | 'soft-boundary';
  /** The share of good rows that may lie outside, of `soft-boundary`. */
  readonly nu: number;
  /** Epochs before the radius follows, of `soft-boundary`. */
  readonly warm_up_epochs: number;
}

const CENTER = 'center';
const RADIUS = 'radius';
/** A coordinate of the centre this close to 0 could be met by a network whose weights are all 0. */
const LEAST = 0.1;

/** What the sphere carries on: its radius, which begins at 0. */
export function sphereStatistics({ objective }: HypersphereRule): Start[] {
  return objective === 'soft-boundary' ? [constant(RADIUS, [1], 0)] : [];
}

/** What is fixed before the training. */
export function sphereShapes(width: number): Record<string, readonly number[]> {
  return { [CENTER]: [width] };
}

/** Inputs of a step of `soft-boundary`: 1 where the radius follows in this epoch, 0 where it stays. */
export function sphereInputs({ objective, warm_up_epochs }: HypersphereRule, epoch: number): Tensor[] {
  return objective === 'one-class' ? [] : [tf.scalar(epoch < warm_up_epochs ? 0 : 1)];
}

/**
 * The centre: where an untrained network puts good rows on average, with every coordinate moved away from 0.
 *
 * @param batches disposed here
 * @param values of the network, borrowed
 * @returns `[d]` by its name, owned by the caller
 */
export async function findCenter(batches: AsyncIterable<Tensor4D>, network: Module, values: Values): Promise<Values> {
  const sums: number[] = [];
  let count = 0;
  for await (const rows of batches) {
    const sum = tf.tidy(() => network.apply(rows, scoring(values)).sum([0, 1, 2]));
    (await sum.data()).forEach((value, i) => (sums[i] = (sums[i] ?? 0) + value));
    const [n, h, w] = rows.shape;
    count += n * h * w;
    tf.dispose([rows, sum]);
  }
  const center = sums.map((sum) => (sum < 0 ? Math.min(sum / count, -LEAST) : Math.max(sum / count, LEAST)));
  return { [CENTER]: tf.tensor1d(center) };
}

/** The squared distances of rows `[n, h, w, d]` to the centre, `[n, h, w]`, owned by the caller. */
export function sphereDistances(rows: Tensor4D, { values }: Pass): Tensor3D {
  return tf.tidy(() => rows.sub(values[CENTER]).square().sum(3) as Tensor3D);
}

/**
 * The objectives of Deep SVDD (Ruff et al., Deep One-Class Classification, ICML 2018). One-class: the mean squared distance. Soft-boundary:
 * the squared radius, and by `1 / nu` the mean of what lies outside; the radius becomes the `1 - nu` quantile of the distances.
 *
 * @param squared distances, borrowed
 * @param inputs of `sphereInputs`, borrowed
 */
export function sphereLoss(
  squared: Tensor3D,
  [follows]: readonly Tensor[],
  { objective, nu }: HypersphereRule,
  pass: Pass,
): Loss {
  if (objective === 'one-class') return { total: squared.mean() as Scalar };
  const radius = pass.values[RADIUS];
  const outside = tf.relu(squared.sub(radius.square())).mean();
  if (pass.training) {
    const next = quantile(tf.sqrt(squared.flatten()), 1 - nu);
    pass.carry(RADIUS, radius.add(next.sub(radius).mul(follows)));
  }
  return { total: radius.square().sum().add<Scalar>(outside.div(nu)), parts: { outside: outside as Scalar } };
}

/** numpy's quantile of values: linear between two of them. @returns `[1]` */
function quantile(values: Tensor1D, share: number): Tensor1D {
  const [n] = values.shape;
  const at = share * (n - 1);
  const below = Math.floor(at);
  const highest = tf.topk(values, n - below).values;
  const low = tf.slice(highest, [n - below - 1], [1]);
  if (below === at) return low as Tensor1D;
  const high = tf.slice(highest, [n - below - 2], [1]);
  return low.add<Tensor1D>(high.sub(low).mul(at - below));
}
