import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { focalLoss } from '../../../src/models/discriminative/focal-loss.js';
import { truncatedL1 } from '../../../src/models/discriminative/truncated-l1.js';
import { tf, type Scalar } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { expectGradients } from '../../support/gradient-check.js';

type Grid = number[][][][];

/** What numpy gives in float64, by the formulas of the published code. */
const golden = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../golden/discriminative/losses.json'), 'utf8'),
) as {
  scores: Grid;
  masks: Grid;
  known: Grid;
  margin: number;
  truncated_l1: number;
  truncated_l1_known: number;
  truncated_l1_good: number;
  focal: Record<string, number>;
  focal_known: number;
};

onEveryBackend('the losses of SimpleNet and SuperSimpleNet', () => {
  const tensors = () => [golden.scores, golden.masks, golden.known].map((grid) => tf.tensor4d(grid));
  const expectClose = async (loss: Scalar, wanted: number) => {
    expect((await loss.data())[0]).to.be.closeTo(wanted, 1e-5 * Math.max(1, wanted));
    loss.dispose();
  };

  it(
    'truncated L1 is the mean over good and the mean over anomalous places, none counting nothing',
    leavesNoTensors(async () => {
      const [scores, masks, known] = tensors();
      const none = tf.zerosLike(masks);
      await expectClose(truncatedL1(scores, masks, golden.margin), golden.truncated_l1);
      await expectClose(truncatedL1(scores, masks, golden.margin, known), golden.truncated_l1_known);
      await expectClose(truncatedL1(scores, none, golden.margin), golden.truncated_l1_good);
      tf.dispose([scores, masks, known, none]);
    }),
  );

  it(
    'the focal loss is that of the published code, and stays finite however wrong a logit is',
    leavesNoTensors(async () => {
      const [scores, masks, known] = tensors();
      for (const [gamma, wanted] of Object.entries(golden.focal)) {
        await expectClose(focalLoss(scores, masks, Number(gamma)), wanted);
      }
      await expectClose(focalLoss(scores, masks, 4, known), golden.focal_known);
      const [sure, truth] = [tf.tensor1d([300, -300, 300]), tf.tensor1d([1, 0, 0])];
      await expectClose(focalLoss(sure, truth, 4), 100);
      tf.dispose([scores, masks, known, sure, truth]);
    }),
  );

  it(
    'have the gradients that finite differences show',
    leavesNoTensors(async () => {
      const [scores, masks, known] = tensors();
      await expectGradients((values) => focalLoss(values.scores, masks, 4, known), { scores }, { most: 12 });
      await expectGradients((values) => truncatedL1(values.scores, masks, 0.5, known), { scores }, { most: 12 });
      tf.dispose([scores, masks, known]);
    }),
  );
});
