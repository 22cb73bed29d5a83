import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { principalComponents } from '../../../src/models/gaussian/principal-components.js';
import { gaussianScore, reconstructionError, subspaceOf } from '../../../src/models/gaussian/subspace.js';
import { tf } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { worst } from '../../support/worst.js';

interface Case {
  readonly rows: number[][];
  readonly probes: number[][];
  readonly share: number;
  readonly enough: number;
  readonly variances: number[];
  readonly shrinkage: number;
  readonly fre: number[];
  readonly nll: number[];
  readonly mahalanobis: number[];
}

/** What scikit-learn's PCA and LedoitWolf give for a few rows: more rows than columns, and fewer. */
const { cases } = JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/subspace/sklearn.json'), 'utf8')) as {
  cases: Case[];
};

onEveryBackend('principal components', () => {
  for (const golden of cases) {
    const shape = `${golden.rows.length} x ${golden.rows[0].length}`;

    it(
      `of ${shape} rows are scikit-learn's`,
      leavesNoTensors(async () => {
        const rows = tf.tensor2d(golden.rows);
        const found = (await principalComponents(rows, golden.share))!;
        expect(found.enough).to.equal(golden.enough);
        expect(worst(found.variances, golden.variances)).to.be.below(1e-5);
        expect(found.shrinkage).to.be.closeTo(golden.shrinkage, 1e-5);
        tf.dispose([rows, found.mean, found.components]);
      }),
    );

    for (const method of ['fre', 'nll', 'mahalanobis'] as const) {
      it(
        `of ${shape} rows give ${method} as scikit-learn does`,
        leavesNoTensors(async () => {
          const [rows, probes] = [tf.tensor2d(golden.rows), tf.tensor2d(golden.probes)];
          const found = (await principalComponents(rows, golden.share))!;
          const subspace = subspaceOf(found, method, golden.rows.length);
          const error = tf.tidy(() => reconstructionError(probes, subspace).square().sum(1));
          const score = method === 'fre' ? error.clone() : gaussianScore(probes, subspace, method);
          // Every method keeps the reconstruction of the components that hold the share: maps show it.
          expect(worst(await error.data(), golden.fre)).to.be.below(1e-4);
          expect(worst(await score.data(), golden[method])).to.be.below(1e-4);
          tf.dispose([rows, probes, error, score, subspace]);
        }),
      );
    }
  }

  it(
    'are none where rows do not vary',
    leavesNoTensors(async () => {
      const same = tf.ones([5, 3]) as ReturnType<typeof tf.tensor2d>;
      const one = tf.tensor2d([[1, 2, 3]]);
      expect(await principalComponents(same, 0.9)).to.equal(null);
      expect(await principalComponents(one, 0.9)).to.equal(null);
      tf.dispose([same, one]);
    }),
  );
});
