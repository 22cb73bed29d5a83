import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '../../../src/config/codec.js';
import { DefectsConfig } from '../../../src/config/defects.js';
import type { Picture } from '../../../src/data/picture.js';
import { findDefects } from '../../../src/defects/find-defects.js';
import { ConfigError, ShapeError } from '../../../src/errors.js';
import { PictureFitSource } from '../../../src/inference/fit-source.js';
import { prepare } from '../../../src/inference/prepare.js';
import type { Detector } from '../../../src/models/detector.js';
import { findModel } from '../../../src/models/registry.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { silent } from '../../../src/runtime/progress.js';
import { tf, type Tensor2D, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { board, type BoardOptions } from '../../support/board.js';
import { sourceOf } from '../../support/toy-pictures.js';

/** What comes in from outside when a print is moved has nothing to be compared with. */
const section = decode(DefectsConfig, { min_area: 3, border_ignore_px: 8 }, 'defects');
const THRESHOLDS: Record<string, number> = { vision_golden_template_map: 0.5, vision_ref_patch_distance_map: 4 };

const reference = board();
const references = { of: async () => reference };

async function fitted(name: string, kwargs: Record<string, unknown> = {}): Promise<Detector> {
  const spec = findModel(name);
  const detector = await spec.create(decode(spec.params, kwargs, name), { weights: openWeightsStore() });
  const source = new PictureFitSource([sourceOf(board())], detector.input, 1, undefined, references);
  await detector.fit(source, { seed: 0, progress: silent });
  return detector;
}

async function scored(detector: Detector, picture: Picture) {
  const [pixels, other] = [prepare(picture, detector.input), prepare(reference, detector.input)];
  const { scores, maps } = await detector.score({ pixels, references: other, sources: ['x'], sizes: [picture] });
  const [score] = await scores.data();
  tf.dispose([pixels, other, scores]);
  return { score, maps: maps! };
}

async function regionsOf(detector: Detector, name: string, options: BoardOptions) {
  const { maps } = await scored(detector, board(options));
  const map = maps.squeeze<Tensor2D>([0]);
  const { regions } = await findDefects(map, { config: section, pixelThreshold: THRESHOLDS[name], semantics: 2 });
  tf.dispose([maps, map]);
  return regions;
}

onEveryBackend('golden-sample comparison', () => {
  it(
    'finds nothing on a good copy that is moved, and lit otherwise',
    leavesNoTensors(async () => {
      const detector = await fitted('vision_golden_template_map');
      for (const moved of [{}, { dy: 1, dx: -2 }, { dy: -2, dx: 1 }, { dy: 7, dx: 5 }, { dx: 1, bright: 200 }]) {
        expect(await regionsOf(detector, 'vision_golden_template_map', moved), JSON.stringify(moved)).to.deep.equal([]);
      }
      detector.dispose();
    }),
  );

  it(
    'finds copper too much and too little on a moved copy, once and where it is',
    leavesNoTensors(async () => {
      const detector = await fitted('vision_golden_template_map');
      const places = { spur: [39, 64], open: [60, 105], hole: [96, 105] } as const;
      for (const [defect, [y, x]] of Object.entries(places)) {
        const options = { dy: 2, dx: -1, defect: defect as BoardOptions['defect'] };
        const found = await regionsOf(detector, 'vision_golden_template_map', options);
        expect(found.length, defect).to.equal(1);
        const [left, top, right, bottom] = found[0].bbox_xyxy;
        expect(y + 2, defect).to.be.within(top, bottom);
        expect(x - 1, defect).to.be.within(left, right);
      }
      detector.dispose();
    }),
  );

  it(
    'sees what is missing when only the reference has it: a line as thin as the tolerance',
    leavesNoTensors(async () => {
      const detector = await fitted('vision_golden_template_map', { sigma: 0, max_shift: 0, local_shift: 0 });
      const blank: Picture = { ...reference, rgb: new Uint8Array(reference.rgb.length).fill(230) };
      const lined: Picture = { ...blank, rgb: blank.rgb.slice() };
      lined.rgb.fill(20, 50 * 160 * 3, 51 * 160 * 3);
      const [a, b] = [prepare(blank, detector.input), prepare(lined, detector.input)];
      const { scores, maps } = await detector.score({ pixels: a, references: b, sources: ['x'], sizes: [blank] });
      expect((await scores.data())[0]).to.be.closeTo(1, 0.02);
      tf.dispose([a, b, scores, maps!]);
      detector.dispose();
    }),
  );

  it(
    'compares patches with those around the same place',
    leavesNoTensors(async () => {
      const name = 'vision_ref_patch_distance_map';
      const detector = await fitted(name);
      expect(await regionsOf(detector, name, { dy: 1, dx: -2 })).to.deep.equal([]);
      expect((await regionsOf(detector, name, { dy: 1, dx: -2, defect: 'spur' })).length).to.equal(1);
      detector.dispose();
      const rigid = await fitted(name, { search: 0, max_shift: 0, local_shift: 0 });
      expect((await regionsOf(rigid, name, { dy: 1, dx: -2 })).length).to.be.above(0);
      const same = await scored(rigid, board());
      expect(same.score).to.equal(0);
      same.maps.dispose();
      rigid.dispose();
    }),
  );

  it(
    'refuses to work without references, or with those of another size, and other parameters than it was saved with',
    leavesNoTensors(async () => {
      const detector = await fitted('vision_golden_template_map');
      const pixels = prepare(board(), detector.input);
      const small = tf.zeros([1, 8, 8, 1]) as Tensor4D;
      const batch = { pixels, sources: ['x'], sizes: [board()] };
      expect(await failure(() => detector.score(batch))).to.be.instanceOf(ConfigError);
      expect(await failure(() => detector.score({ ...batch, references: small }))).to.be.instanceOf(ShapeError);
      const bare = new PictureFitSource([sourceOf(board())], detector.input, 1);
      expect(await failure(() => detector.fit(bare, { seed: 0, progress: silent }))).to.be.instanceOf(ConfigError);
      const dir = mkdtempSync(join(tmpdir(), 'imgano-golden-'));
      await detector.save(dir);
      const other = await fitted('vision_golden_template_map', { tolerance: 2 });
      expect(await failure(() => other.load(dir))).to.be.instanceOf(ConfigError);
      rmSync(dir, { recursive: true });
      tf.dispose([pixels, small]);
      detector.dispose();
      other.dispose();
    }),
  );
});

async function failure(body: () => Promise<unknown>): Promise<unknown> {
  try {
    await body();
  } catch (error) {
    return error;
  }
  return null;
}
