import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { PictureFitSource } from '../../../src/inference/fit-source.js';
import { DefectFitSource } from '../../../src/inference/defect-fit-source.js';
import { FilterbankExtractor } from '../../../src/models/backbones/filterbank.js';
import { SuperSimpleNetParams } from '../../../src/models/discriminative/supersimplenet-params.js';
import { SuperSimpleNet } from '../../../src/models/discriminative/supersimplenet.js';
import { silent } from '../../../src/runtime/progress.js';
import { tf } from '../../../src/runtime/tf.js';
import { createTrainer } from '../../../src/workbench/training/create-trainer.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { sourceOf, toyPicture } from '../../support/toy-pictures.js';

onEveryBackend('SuperSimpleNet', () => {
  it(
    'learns from labelled defects, and leaves nothing but what it learned',
    leavesNoTensors(async () => {
      const backbone = { name: 'filterbank', stride: 16, levels: 3 } as const;
      const params = decode(
        SuperSimpleNetParams,
        {
          ...{ backbone, hidden_dim: 8, cls_dim: 2, resize: { mode: 'stretch', size: { height: 48, width: 64 } } },
          training: { epochs: 2, batch_size: 3 },
        },
        'params',
      );
      const fitted = async (labelled: boolean) => {
        const detector = new SuperSimpleNet(params, new FilterbankExtractor(backbone));
        const good = [0, 1, 2].map((i) => sourceOf(toyPicture(i)));
        const bad = [{ source: sourceOf(toyPicture(9, { defect: 14 })), maskPath: null }];
        const defects = await DefectFitSource.of(bad, detector.input, { batchSize: 8, tiles: null });
        const taught = labelled ? { defects } : {};
        const source = new PictureFitSource(good, detector.input, 8);
        await detector.fit(source, { seed: 1, progress: silent, train: createTrainer(), ...taught });
        expect(defects.pixelHashes).to.have.length(labelled ? 1 : 0);
        const pixels = tf.fill([1, 48, 64, 3], 90) as ReturnType<typeof tf.tensor4d>;
        const { scores, maps } = await detector.score({ pixels, sources: ['grey'], sizes: [] });
        const [score] = await scores.data();
        tf.dispose([pixels, scores, maps!]);
        detector.dispose();
        return score;
      };
      expect(await fitted(true)).to.not.equal(await fitted(false));
    }),
  );
});
