import { NeighborIndex } from '../../ops/nearest.js';
import { tf, type Tensor, type Tensor1D, type Tensor2D } from '../../runtime/tf.js';
import { principalComponents } from '../gaussian/principal-components.js';
import { gaussianScore, reconstructionError, subspaceOf, subspaceShapes, type Subspace } from '../gaussian/subspace.js';

interface CoreOptions {
  /** Of `core_knn`. */
  readonly num_neighbors: number;
  /** Of `core_pca`: the share of the variance that is kept. */
  readonly pca_level: number;
}

/** A detector of single rows of features. */
interface PatchCore {
  /** What `learn` gives, for rows of `width` values; a `null` side may have any length. */
  shapes(width: number): Readonly<Record<string, readonly (number | null)[]>>;
  /**
   * @param rows `[n, d]` of good pictures, borrowed
   * @returns owned by the caller; null when the rows do not vary, which this core cannot use
   */
  learn(rows: Tensor2D, options: CoreOptions): Promise<Readonly<Record<string, Tensor>> | null>;
  /** @param learned borrowed until the scorer is disposed */
  scorer(learned: Readonly<Record<string, Tensor>>, options: CoreOptions): RowScorer;
}

interface RowScorer {
  /**
   * Plain tfjs that reads nothing back.
   *
   * @param rows `[n, d]`, borrowed
   * @returns `[n]`, higher = more anomalous, owned by the caller
   */
  score(rows: Tensor2D): Tensor1D;
  dispose(): void;
}

const nothing = () => {};

/** The distance to the mean. */
const dtc: PatchCore = {
  shapes: (width) => ({ mean: [1, width] }),
  learn: async (rows) => ({ mean: rows.mean(0, true) }),
  scorer: ({ mean }) => ({
    score: (rows) => tf.tidy(() => rows.sub(mean).square().sum(1).sqrt() as Tensor1D),
    dispose: nothing,
  }),
};

/** The distance to the last of the nearest rows. */
const knn: PatchCore = {
  shapes: (width) => ({ bank: [null, width] }),
  learn: async (rows) => ({ bank: rows.clone() }),
  scorer: ({ bank }, { num_neighbors }) => {
    const index = new NeighborIndex(bank as Tensor2D);
    const last = Math.min(num_neighbors, index.count) - 1;
    return {
      score: (rows) =>
        tf.tidy(() => {
          const { squared } = index.search(rows, num_neighbors);
          return squared.slice([0, last], [-1, 1]).sqrt().flatten() as Tensor1D;
        }),
      dispose: () => index.dispose(),
    };
  },
};

/** The squared Mahalanobis distance under the Ledoit-Wolf covariance. */
const mahalanobis: PatchCore = {
  shapes: subspaceShapes,
  learn: (rows) => learnSubspace(rows, 'mahalanobis', 1),
  scorer: (learned) => ({
    score: (rows) => tf.tidy(() => gaussianScore(rows, learned as Subspace, 'mahalanobis').square()),
    dispose: nothing,
  }),
};

/** The squared length of what the principal components leave. */
const pca: PatchCore = {
  shapes: subspaceShapes,
  learn: (rows, { pca_level }) => learnSubspace(rows, 'fre', pca_level),
  scorer: (learned) => ({
    score: (rows) =>
      tf.tidy(
        () =>
          reconstructionError(rows, learned as Subspace)
            .square()
            .sum(1) as Tensor1D,
      ),
    dispose: nothing,
  }),
};

async function learnSubspace(rows: Tensor2D, method: 'mahalanobis' | 'fre', share: number): Promise<Subspace | null> {
  const found = await principalComponents(rows, share);
  return found === null ? null : subspaceOf(found, method, rows.shape[0]);
}

/** By the names that the parameter `core` takes. */
export const PATCH_CORES = {
  core_dtc: dtc,
  core_knn: knn,
  core_mahalanobis_shrinkage: mahalanobis,
  core_pca: pca,
} as const;
