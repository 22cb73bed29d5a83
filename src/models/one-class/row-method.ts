import type { Tensor, Tensor3D, Tensor4D } from '../../runtime/tf.js';
import type { Pass, Start, Values } from '../nets/module.js';
import type { Loss } from '../training/training-task.js';

/** A network that learns from rows of features of good pictures, and what it finds strange about a row. Rows lie on a grid `[n, h, w, d]`. */
export interface RowMethod {
  readonly trained: readonly Start[];
  readonly statistics: readonly Start[];
  /** What is found once, before the training, and stays: names and shapes; absent = nothing. */
  readonly fixed?: Readonly<Record<string, readonly number[]>>;
  /**
   * @param batches of rows of all good pictures; disposed here
   * @param values as the training begins, borrowed
   * @returns the tensors of `fixed`, owned by the caller
   */
  fix?(batches: AsyncIterable<Tensor4D>, values: Values): Promise<Values>;
  /** Further inputs of a step of an epoch, owned by the caller; absent = none. */
  inputs?(epoch: number): Tensor[];
  /**
   * @param rows borrowed
   * @param inputs of `inputs`, borrowed
   * @param pass with the tensors of `fixed` among its values
   */
  loss(rows: Tensor4D, inputs: readonly Tensor[], pass: Pass): Loss;
  /** @returns `[n, h, w]`, higher = more anomalous, owned by the caller */
  score(rows: Tensor4D, pass: Pass): Tensor3D;
}
