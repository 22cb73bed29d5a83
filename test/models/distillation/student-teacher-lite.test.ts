import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '../../../src/config/codec.js';
import { residuals, ridgeMap } from '../../../src/models/distillation/ridge-map.js';
import { StudentTeacherLiteParams } from '../../../src/models/distillation/student-teacher-lite-params.js';
import { studentTeacherLite } from '../../../src/models/distillation/student-teacher-lite.spec.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { silent } from '../../../src/runtime/progress.js';
import { tf } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { batchOf, goodPictures, sourceOfArrays, stripedPicture } from '../../support/striped-pictures.js';
import { worst } from '../../support/worst.js';

// z standardised; W = solve(zs' zs / n + .01 I, zs' zt / n); zt - zs W
const WEIGHT = [0.749817, 0.50128, -0.519466, -0.33036, 0.110959, 0.472312];
const LEFT = [
  ...[-0.395342, 0.998461, -0.085582, -0.321452, 0.462327, -0.760207, 0.502274, -0.960043, -0.211769, 0.554707],
  ...[-0.395832, -0.086428, 0.123924, 0.574963],
];

const context = { seed: 3, progress: silent };

function make(params: object = {}) {
  const resize = { mode: 'stretch', size: { height: 64, width: 96 } };
  const backbone = { name: 'filterbank', stride: 16, levels: 2 };
  const decoded = decode(StudentTeacherLiteParams, { backbone, resize, ...params }, 'params');
  return studentTeacherLite.create(decoded, { weights: openWeightsStore() });
}

onEveryBackend('vision_student_teacher_lite', () => {
  it(
    'regresses as numpy does, and leaves what numpy leaves',
    leavesNoTensors(async () => {
      const rows = Array.from({ length: 7 }, (_, i) =>
        Array.from(
          { length: 5 },
          (_, k) => Math.sin(1.3 * i * (k + 1) + k) + (k < 3 ? 0.5 * k : 0) + (k === 1 ? i : 0),
        ),
      );
      const x = tf.tensor2d(rows);
      const map = (await ridgeMap(x, 3, 0.01))!;
      const left = residuals(x, map);
      expect(worst(await map.weight.data(), WEIGHT)).to.be.below(1e-4);
      expect(worst(await left.data(), LEFT)).to.be.below(1e-4);
      tf.dispose([x, { ...map }, left]);
    }),
  );

  it(
    'values that never change count as nothing',
    leavesNoTensors(async () => {
      const x = tf.tensor2d([
        [1, 7, 2, 5],
        [2, 7, 4, 5],
        [4, 7, 8, 5],
      ]);
      const map = (await ridgeMap(x, 2, 1e-6))!;
      const left = residuals(x, map);
      expect(worst([...(await left.data()), 1], [0, 0, 0, 0, 0, 0, 1])).to.be.below(1e-4);
      tf.dispose([x, { ...map }, left]);
    }),
  );

  it(
    'scores whole pictures as well, the same after loading',
    leavesNoTensors(async () => {
      const dir = mkdtempSync(join(tmpdir(), 'imgano-lite-'));
      const [detector, loaded] = [await make({ score: 'picture' }), await make({ score: 'picture' })];
      await detector.fit(sourceOfArrays(goodPictures(4)), context);
      await detector.save(dir);
      await loaded.load(dir);
      const batch = batchOf([stripedPicture(31, { defect: 24 }), stripedPicture(41)]);
      const [first, second] = [await detector.score(batch), await loaded.score(batch)];
      const [bad, good] = await first.scores.data();
      expect(bad).to.be.greaterThan(2 * good);
      expect(Array.from(await second.scores.data())).to.deep.equal([bad, good]);
      tf.dispose([first.scores, first.maps!, second.scores, second.maps!, batch.pixels]);
      detector.dispose();
      loaded.dispose();
      rmSync(dir, { recursive: true });
    }),
  );

  it('measures maps place by place where all are of one size, and refuses to where they are not', async () => {
    const keep = { resize: { mode: 'scale', factor: 1, multiple: 16 }, map_scale: 'place' };
    const refused = await make(keep).then(
      () => null,
      (error: unknown) => (error as Error).message,
    );
    expect(refused).to.equal(
      'map_scale: "place" needs maps of one size, which resize mode "stretch" alone gives, got "scale"',
    );
    const detector = await make({ map_scale: 'place', score_top: 0 });
    await detector.fit(sourceOfArrays(goodPictures(3)), context);
    const batch = batchOf([stripedPicture(31, { defect: 24 }), stripedPicture(41)]);
    const { scores, maps } = await detector.score(batch);
    const [bad, fine] = await scores.data();
    expect(bad).to.be.above(2 * fine);
    const highest = maps!.max([1, 2]);
    expect(Array.from(await highest.data())).to.deep.equal([bad, fine]);
    tf.dispose([scores, maps!, highest, batch.pixels]);
    detector.dispose();
  });
});
