import { expect } from 'chai';
import type { FitSource } from '../../../src/models/detector.js';
import { embedOverlaid, pickOverlay, withOverlays } from '../../../src/models/discriminative/overlaid-features.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';

onEveryBackend('features of pictures under anomalies', () => {
  const source: FitSource = {
    count: 2,
    async *batches() {
      yield { pixels: tf.fill([2, 8, 8, 3], 60) as Tensor4D, sources: ['a', 'b'], sizes: [] };
    },
  };
  const rule = { share: 1, ownShare: 0, through: () => 0.5 };
  const embed = (x: Tensor4D) => tf.avgPool(x, 4, 4, 'valid') as Tensor4D;

  it(
    'differ from those of the picture only where the mask is, every walk alike',
    leavesNoTensors(async () => {
      const seen: number[][] = [];
      for (let walk = 0; walk < 2; walk++) {
        for await (const { pixels } of withOverlays(source, rule, 2, new Random(3)).batches()) {
          const kept = embedOverlaid(pixels, embed);
          expect(kept.shape).to.deep.equal([2, 2, 2, 3 + 2 * 4]);
          seen.push(Array.from(await kept.data()));
          for (const which of [0, 1]) {
            const picked = pickOverlay(kept, 3, which);
            const [good, overlaid, masks] = await Promise.all(picked.map((tensor) => tensor.data()));
            expect(new Set(good)).to.deep.equal(new Set([60]));
            expect(masks.includes(1)).to.equal(true);
            masks.forEach((mask, i) => {
              for (let c = 0; c < 3; c++) expect(overlaid[3 * i + c] !== 60).to.equal(mask === 1);
            });
            tf.dispose(picked);
          }
          tf.dispose([pixels, kept]);
        }
      }
      expect(seen[0]).to.deep.equal(seen[1]);
    }),
  );
});
