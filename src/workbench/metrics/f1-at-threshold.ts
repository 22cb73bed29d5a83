import { DataError, ShapeError } from '../../errors.js';
import { confusion, type Confusion } from './confusion.js';

/**
 * F1 and its companions when everything with `score > threshold` is called defective: the label rule of the package.
 *
 * @param scores higher = more anomalous, finite
 * @param labels 0 = good, anything else = defective
 * @throws ShapeError when the lengths differ
 * @throws DataError when a score is not finite
 */
export function f1AtThreshold(
  scores: ArrayLike<number>,
  labels: ArrayLike<number | boolean>,
  threshold: number,
): Confusion {
  if (scores.length !== labels.length) {
    throw new ShapeError(`expected one label a score, got ${scores.length} scores and ${labels.length} labels`);
  }
  let tp = 0;
  let fp = 0;
  let tn = 0;
  let fn = 0;
  for (let i = 0; i < scores.length; i++) {
    if (!Number.isFinite(scores[i])) throw new DataError(`expected finite scores, but score ${i} is ${scores[i]}`);
    const flagged = scores[i] > threshold;
    if (labels[i]) flagged ? tp++ : fn++;
    else flagged ? fp++ : tn++;
  }
  return confusion(tp, fp, tn, fn);
}
