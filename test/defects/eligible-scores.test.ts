import { expect } from 'chai';
import { decode } from '../../src/config/codec.js';
import { DefectsConfig } from '../../src/config/defects.js';
import { eligibleScores } from '../../src/defects/map-stages/eligible-scores.js';
import { findDefects } from '../../src/defects/find-defects.js';
import { Random } from '../../src/runtime/random.js';
import { tf } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

onEveryBackend('eligibleScores', () => {
  const random = new Random(2);
  const [h, w] = [19, 23];
  const data = Float32Array.from({ length: h * w }, () => random.uniform());

  for (const map_smoothing of [{ method: 'none' }, { method: 'median', ksize: 5 }, { method: 'gaussian', ksize: 5 }]) {
    // In semantics 1 a blur lifts pixels of the zeroed frame, which calibration leaves out.
    for (const semantics of map_smoothing.method === 'none' ? ([1, 2] as const) : ([2] as const)) {
      it(
        `are the values that the stages threshold: ${map_smoothing.method}, semantics ${semantics}`,
        leavesNoTensors(async () => {
          const config = decode(
            DefectsConfig,
            { map_smoothing, border_ignore_px: 2, roi_xyxy_norm: [0.1, 0.2, 0.8, 1] },
            'defects',
          );
          const map = tf.tensor2d(data, [h, w]);
          const scores = (await eligibleScores(map, { config, semantics })).sort();
          const n = scores.length;
          expect(n).to.equal(14 * 17);
          for (const share of [0.2, 0.5, 0.9]) {
            const pixelThreshold = scores[Math.floor(share * n)];
            const { mask } = await findDefects(map, { config, pixelThreshold, semantics });
            const reached = scores.reduce((sum, v) => sum + (v >= pixelThreshold ? 1 : 0), 0);
            expect(mask.data.reduce((sum, v) => sum + v, 0)).to.equal(reached);
          }
          map.dispose();
        }),
      );
    }
  }
});
