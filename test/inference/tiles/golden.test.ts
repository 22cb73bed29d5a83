import { expect } from 'chai';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TileRule } from '../../../src/config/tile-rule.js';
import type { Picture } from '../../../src/data/picture.js';
import { reduceTileScores } from '../../../src/inference/tiles/reduce-tile-scores.js';
import { tilePictures } from '../../../src/inference/tiles/tile-picture.js';
import { tilePlan } from '../../../src/inference/tiles/tile-plan.js';
import { TileStitcher } from '../../../src/inference/tiles/tile-stitcher.js';
import { resample } from '../../../src/ops/resample.js';
import { tf, type Tensor2D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { readNpy } from '../../support/npy.js';
import { shared } from '../../support/shared.js';

interface Case {
  readonly config: {
    map_reduce: TileRule['mapReduce'];
    score_reduce: TileRule['scoreReduce'];
    score_topk: number;
    stride: number;
    tile_size: number;
    pad_mode: string;
  };
  readonly meta: { category: string; name: string };
}

/** A few cases are in the repository; all of them are tested where the reference data lie beside it. */
const root = shared('golden/cases') ?? join(import.meta.dirname, '../../golden/tiling');
const json = <T>(...parts: string[]) => JSON.parse(readFileSync(join(root, ...parts), 'utf8')) as T;
const cases = readdirSync(root)
  .filter((id) => existsSync(join(root, id, 'config.json')))
  .map((id) => ({ id, ...json<Case>(id, 'config.json') }))
  .filter(({ meta }) => meta.category === 'tiling');

const ruleOf = ({ config }: Case): TileRule => ({
  ...{ size: config.tile_size, stride: config.stride, halo: 0, mapReduce: config.map_reduce, windows: 'symmetric' },
  ...{ scoreReduce: config.score_reduce, scoreTopk: config.score_topk },
});

function pictureOf(id: string): Picture {
  const { shape, data } = readNpy(join(root, id, 'image.npy'));
  const [height, width, channels = 1] = shape;
  const rgb = Uint8Array.from({ length: height * width * 3 }, (_, i) =>
    Number(data[channels === 3 ? i : Math.floor(i / 3)]),
  );
  return { height, width, rgb, source: id };
}

describe('tiles of the Python system', () => {
  for (const item of cases) {
    const { id, meta, config } = item;
    it(`${meta.name}: where they are, what they hold, the score`, () => {
      const picture = pictureOf(id);
      const expected = json<{ image_score: number; tile_scores_f32: number[]; tile_yx: [number, number][] }>(
        id,
        'expected.json',
      );
      const plan = tilePlan(picture, ruleOf(item));
      const origins = plan.rows.origins.flatMap((y) => plan.columns.origins.map((x) => [y, x]));
      expect(origins).to.deep.equal(expected.tile_yx);
      expect(reduceTileScores(expected.tile_scores_f32, ruleOf(item))).to.be.closeTo(expected.image_score, 1e-6);
      // What one tile holds is not padded here, and other paddings do not exist.
      const whole = Math.max(picture.height, picture.width) <= config.tile_size;
      if (whole || config.pad_mode !== 'reflect' || !existsSync(join(root, id, 'tiles.npy'))) return;
      const tiles = readNpy(join(root, id, 'tiles.npy'));
      const got = [...tilePictures(picture, ruleOf(item))].flatMap(({ rgb }) => [...rgb]);
      const gray = tiles.shape.length === 3;
      expect(gray ? got.filter((_, i) => i % 3 === 0) : got).to.deep.equal([...(tiles.data as Uint8Array)]);
    });
  }
});

onEveryBackend('maps of tiles, stitched as the Python system does', () => {
  for (const item of cases) {
    const { id, meta, config } = item;
    it(
      `${meta.name}`,
      leavesNoTensors(async () => {
        const picture = pictureOf(id);
        const maps = readNpy(join(root, id, 'tile_maps.npy'));
        const [n, h, w] = maps.shape;
        const stitcher = new TileStitcher(tilePlan(picture, ruleOf(item)));
        const size = { height: config.tile_size, width: config.tile_size };
        for (let i = 0; i < n; i++) {
          const values = (maps.data as Float32Array).subarray(i * h * w, (i + 1) * h * w);
          const map = tf.tidy(() =>
            resample(tf.tensor4d(values, [1, h, w, 1]), size, { interpolation: 'bilinear' }).squeeze<Tensor2D>([0, 3]),
          );
          await stitcher.put(i, map);
        }
        const out = stitcher.take();
        const expected = readNpy(join(root, id, 'expected.npy'));
        expect(out.shape).to.deep.equal(expected.shape);
        const got = await out.data();
        const worst = (expected.data as Float32Array).reduce((most, v, i) => Math.max(most, Math.abs(v - got[i])), 0);
        expect(worst).to.be.below(1e-6);
        stitcher.dispose();
        out.dispose();
      }),
    );
  }
});
