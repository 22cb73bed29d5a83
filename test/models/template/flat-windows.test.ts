import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { TemplateNcc } from '../../../src/models/template/template-ncc.js';
import { TemplateNccParams } from '../../../src/models/template/template-ncc-params.js';
import type { Batch } from '../../../src/models/detector.js';
import { Random } from '../../../src/runtime/random.js';
import { silent } from '../../../src/runtime/progress.js';
import { tf } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';

const size = { height: 40, width: 40 };

/** A flat grey part with a little sensor noise, and perhaps a scratch. */
function part(seed: number, noise: number, scratch = false): Batch {
  const random = new Random(seed);
  const values = Array.from({ length: 1600 }, (_, i) => {
    const mark = scratch && Math.floor(i / 40) === 20 && i % 40 > 10 && i % 40 < 30 ? 60 : 0;
    return Math.round(120 + noise * random.normal() + mark);
  });
  return { pixels: tf.tensor4d(values, [1, 40, 40, 1]), sources: ['part'], sizes: [size] };
}

async function mapOf(flat: 'zero' | 'python', noise: number, scratch: boolean): Promise<Float32Array> {
  const detector = new TemplateNcc(decode(TemplateNccParams, { resize_hw: size, flat }, 'params'));
  const source = { count: 1, batches: async function* () { yield part(1, noise); } }; // prettier-ignore
  await detector.fit(source, { seed: 0, progress: silent });
  const batch = part(2, noise, scratch);
  const { scores, maps } = await detector.score(batch);
  const data = (await maps!.data()) as Float32Array;
  tf.dispose([batch.pixels, scores, maps!]);
  detector.dispose();
  return data;
}

onEveryBackend('vision_template_ncc_map on flat parts', () => {
  it(
    'finds nothing on flawless parts, where the plain correlation gives 0.5',
    leavesNoTensors(async () => {
      expect(Math.max(...(await mapOf('zero', 0, false)))).to.be.below(1e-6);
      expect(Math.max(...(await mapOf('zero', 0.7, false)))).to.be.below(0.12);
      const plain = await mapOf('python', 0, false);
      expect(Math.min(...plain)).to.be.closeTo(0.5, 1e-6);
    }),
  );

  it(
    'still finds a scratch',
    leavesNoTensors(async () => {
      const map = await mapOf('zero', 0.7, true);
      expect(map[20 * 40 + 20]).to.be.above(0.4);
      expect(map[5 * 40 + 5]).to.be.below(0.12);
    }),
  );
});
