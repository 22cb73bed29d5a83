import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { PATCH_CORES } from '../../../src/models/one-class/patch-cores.js';
import { tf } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { worst } from '../../support/worst.js';

const { cases } = JSON.parse(readFileSync(join(import.meta.dirname, '../../golden/subspace/sklearn.json'), 'utf8')) as {
  cases: { rows: number[][]; probes: number[][]; share: number; fre: number[]; mahalanobis: number[] }[];
};

const distance = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((v, i) => v - b[i]));

onEveryBackend('the core detectors of patches', () => {
  for (const { rows, probes, share, fre, mahalanobis } of cases) {
    const mean = rows[0].map((_, j) => rows.reduce((sum, row) => sum + row[j], 0) / rows.length);
    const third = (probe: number[]) => rows.map((row) => distance(row, probe)).sort((a, b) => a - b)[2];
    const wanted = {
      core_dtc: probes.map((probe) => distance(probe, mean)),
      core_knn: probes.map(third),
      core_mahalanobis_shrinkage: mahalanobis.map((value) => value ** 2),
      core_pca: fre,
    };
    for (const name of Object.keys(PATCH_CORES) as (keyof typeof PATCH_CORES)[]) {
      it(
        `${name} of ${rows.length} x ${rows[0].length} rows gives what scikit-learn or plain arrays give`,
        leavesNoTensors(async () => {
          const options = { num_neighbors: 3, pca_level: share };
          const [x, queries] = [tf.tensor2d(rows), tf.tensor2d(probes)];
          const learned = (await PATCH_CORES[name].learn(x, options))!;
          const scorer = PATCH_CORES[name].scorer(learned, options);
          const scores = scorer.score(queries);
          expect(worst(await scores.data(), wanted[name])).to.be.below(2e-4);
          const shapes = PATCH_CORES[name].shapes(rows[0].length);
          expect(Object.keys(shapes).sort()).to.deep.equal(Object.keys(learned).sort());
          tf.dispose([x, queries, learned, scores]);
          scorer.dispose();
        }),
      );
    }
  }
});
