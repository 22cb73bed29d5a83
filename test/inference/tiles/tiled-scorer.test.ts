import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import type { InputRule } from '../../../src/config/input-rule.js';
import type { TileRule } from '../../../src/config/tile-rule.js';
import type { Picture } from '../../../src/data/picture.js';
import { Engine } from '../../../src/inference/engine.js';
import { PictureFitSource } from '../../../src/inference/fit-source.js';
import type { PictureScorer } from '../../../src/inference/picture-scorer.js';
import { TileStitcher } from '../../../src/inference/tiles/tile-stitcher.js';
import { tilePlan } from '../../../src/inference/tiles/tile-plan.js';
import { TiledScorer } from '../../../src/inference/tiles/tiled-scorer.js';
import { WholeScorer } from '../../../src/inference/whole-scorer.js';
import type { Batch, Detector, Scored } from '../../../src/models/detector.js';
import { findModel } from '../../../src/models/registry.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { noClock } from '../../../src/runtime/profile/stage-clock.js';
import { silent } from '../../../src/runtime/progress.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor1D, type Tensor2D, type Tensor3D, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { sourceOf, toyPicture } from '../../support/toy-pictures.js';

const rule: TileRule = {
  ...{ size: 32, stride: 20, halo: 0, mapReduce: 'hann', windows: 'open' },
  ...{ scoreReduce: 'max', scoreTopk: 0.1 },
};
const asItIs: InputRule = {
  resize: { mode: 'scale', factor: 1, multiple: 1 },
  ...{ interpolation: 'bilinear', antialias: true, color: 'rgb', quantize: false },
};
const sizes = [
  { width: 64, height: 48 },
  { width: 32, height: 32 },
  { width: 20, height: 75 },
  { width: 97, height: 33 },
];
const pictures = sizes.map((size, i) => toyPicture(i, { ...size, defect: 5 }));

/** What `compute` says of a batch, as a detector. */
function detectorOf(compute: (pixels: Tensor4D) => Tensor3D, references = false): Detector {
  const unused = () => Promise.reject(new Error('not used'));
  return {
    ...{ input: asItIs, map: { interpolation: 'bilinear', sigma: 0 }, fit: unused, save: unused, load: unused },
    async score({ pixels, references: golden }: Batch): Promise<Scored> {
      return tf.tidy(() => {
        const maps = compute(references ? (pixels.sub(golden as Tensor4D) as Tensor4D) : pixels);
        return { maps, scores: tf.max(maps, [1, 2]) as Tensor1D };
      });
    },
    dispose() {},
  };
}

/** Brightness: every pixel for itself. */
const brightness = () => detectorOf((pixels) => tf.mean(pixels, 3) as Tensor3D);

/** Three convolutions, the second of stride 2, with zeros beyond the edge of what they see; 7 + 2 pixels of reach with the upsampling. */
function smallNetwork(): { detector: Detector; dispose: () => void } {
  const random = new Random(7);
  const weights = [
    [3, 3, 3, 4],
    [3, 3, 4, 4],
    [3, 3, 4, 2],
  ].map((shape) => {
    const values = Float32Array.from({ length: shape.reduce((a, b) => a * b) }, () => random.normal() * 0.3);
    return tf.tensor4d(values, shape as [number, number, number, number]);
  });
  const detector = detectorOf((pixels) => {
    const first = tf.conv2d(pixels.div(255) as Tensor4D, weights[0], 1, 'same').relu() as Tensor4D;
    const second = tf
      .conv2d(
        first.pad([
          [0, 0],
          [1, 1],
          [1, 1],
          [0, 0],
        ]) as Tensor4D,
        weights[1],
        2,
        'valid',
      )
      .relu();
    return tf.sum(tf.conv2d(second as Tensor4D, weights[2], 1, 'same').square(), 3) as Tensor3D;
  });
  return { detector, dispose: () => tf.dispose(weights) };
}

/** Looks at every tile once, however often it is asked: what is tested is how tiles come together. */
function remembering(detector: Detector): Detector {
  const known = new Map<string, { maps: number[][][]; scores: number[] }>();
  return {
    ...detector,
    async score(batch): Promise<Scored> {
      const key = `${batch.pixels.shape} ${Buffer.from((await batch.pixels.data()).buffer).toString('base64')}`;
      if (!known.has(key)) {
        const { maps, scores } = await detector.score(batch);
        known.set(key, { maps: (await maps?.array()) as number[][][], scores: await scores.array() });
        tf.dispose([maps as Tensor3D, scores]);
      }
      const { maps, scores } = known.get(key)!;
      return { maps: tf.tensor3d(maps), scores: tf.tensor1d(scores) };
    },
  };
}

async function mapsOf(scorer: PictureScorer, given: readonly Picture[], batchSize = 1) {
  const scores = await scorer.score(given, { maps: true, batchSize, clock: noClock });
  const out: { score: number; map: Float32Array }[] = [];
  for (const score of scores) {
    const map = score.map()!;
    out.push({ score: score.score, map: (await map.data()).slice() as Float32Array });
    map.dispose();
    score.dispose();
  }
  return out;
}

const worst = (a: Float32Array, b: Float32Array) => {
  expect(a.length).to.equal(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i])), 0);
};

onEveryBackend('tiled pictures', () => {
  const reduces = ['max', 'mean', 'hann', 'gaussian', 'own'] as const;
  for (const mapReduce of reduces) {
    it(
      `a detector of single pixels gives the same map in tiles (${mapReduce})`,
      leavesNoTensors(async () => {
        const detector = brightness();
        const whole = await mapsOf(new WholeScorer(detector, null), pictures);
        for (const halo of [0, 5, 40]) {
          const tiled = await mapsOf(new TiledScorer(detector, null, { ...rule, mapReduce, halo }), pictures);
          for (const [i, { map }] of tiled.entries()) {
            const exact = mapReduce === 'own' || mapReduce === 'max';
            expect(worst(map, whole[i].map), `${i}`).to.be.at.most(exact ? 0 : 255 * 1e-6);
          }
        }
      }),
    );
  }

  it(
    'constant in, constant out',
    leavesNoTensors(async () => {
      const detector = detectorOf(
        (pixels) => tf.fill(pixels.shape.slice(0, 3) as [number, number, number], 0.7) as Tensor3D,
      );
      for (const mapReduce of reduces) {
        for (const { map } of await mapsOf(new TiledScorer(detector, null, { ...rule, mapReduce }), pictures)) {
          expect(worst(map, new Float32Array(map.length).fill(0.7)), mapReduce).to.be.at.most(0.7e-6);
        }
      }
    }),
  );

  it(
    'a picture that one tile holds is scored as it is whole, bit for bit',
    leavesNoTensors(async () => {
      const { detector, dispose } = smallNetwork();
      const whole = await mapsOf(new WholeScorer(detector, null), pictures);
      for (const mapReduce of reduces) {
        const large = { ...rule, mapReduce, size: 97, stride: 50, halo: 8 };
        expect(await mapsOf(new TiledScorer(detector, null, large), pictures)).to.deep.equal(whole);
      }
      dispose();
    }),
  );

  it(
    'a halo of what a network reaches makes tiles equal to the whole picture, seams and edges included',
    leavesNoTensors(async () => {
      const { detector: network, dispose } = smallNetwork();
      const detector = remembering(network);
      // Sides and strides on multiples of the network's stride; the last tile ends on one too.
      const even = [toyPicture(1, { width: 96, height: 64, defect: 6 }), toyPicture(2, { width: 70, height: 90 })];
      const whole = await mapsOf(new WholeScorer(detector, null), even);
      const largest = Math.max(...whole[0].map);
      for (const mapReduce of reduces) {
        for (const stride of [20, 32]) {
          const tiles = { ...rule, mapReduce, stride };
          const seamless = await mapsOf(new TiledScorer(detector, null, { ...tiles, halo: 10 }), even);
          seamless.forEach(({ map }, i) => expect(worst(map, whole[i].map)).to.be.below(1e-5 * largest));
          if (stride < 32) continue;
          const bare = await mapsOf(new TiledScorer(detector, null, tiles), even);
          expect(worst(bare[0].map, whole[0].map), 'the test would not see a seam').to.be.above(1e-2 * largest);
        }
      }
      dispose();
    }),
  );

  it(
    'gives the same bytes for any batch size, and for pictures together or alone',
    leavesNoTensors(async () => {
      const { detector, dispose } = smallNetwork();
      const scorer = new TiledScorer(detector, null, { ...rule, halo: 3 });
      const alone = [];
      for (const picture of pictures) alone.push(...(await mapsOf(scorer, [picture])));
      for (const batchSize of [1, 3, 4]) expect(await mapsOf(scorer, pictures, batchSize)).to.deep.equal(alone);
      const twice = [pictures[0], pictures[0]];
      expect(await mapsOf(scorer, twice, 4)).to.deep.equal([alone[0], alone[0]]);
      dispose();
    }),
  );

  it(
    'own: every pixel is an exact copy from the tile where it is most central',
    leavesNoTensors(async () => {
      // A map that says where in its tile a pixel is.
      const detector = detectorOf((pixels) => {
        const [n, h, w] = pixels.shape;
        const grid = Float32Array.from({ length: h * w }, (_, i) => Math.PI * (i + 1));
        return tf.tile(tf.tensor3d(grid, [1, h, w]), [n, 1, 1]);
      });
      const [{ map }] = await mapsOf(new TiledScorer(detector, null, { ...rule, mapReduce: 'own' }), [pictures[3]]);
      const owners = (length: number) => {
        const origins = [...new Set([0, 20, 40, 60, length - 32].filter((o) => o >= 0 && o <= length - 32))].sort(
          (a, b) => a - b,
        );
        return Array.from({ length }, (_, x) => {
          const distances = origins.map((o) => Math.abs(x + 0.5 - (o + 16)));
          return origins[distances.indexOf(Math.min(...distances))];
        });
      };
      const [down, right] = [owners(33), owners(97)];
      const expected = Float32Array.from({ length: 33 * 97 }, (_, i) => {
        const [y, x] = [Math.floor(i / 97), i % 97];
        return Math.PI * ((y - down[y]) * 32 + (x - right[x]) + 1);
      });
      expect(map).to.deep.equal(expected);
    }),
  );

  it(
    'the order of tiles changes nothing',
    leavesNoTensors(async () => {
      for (const mapReduce of reduces) {
        const plan = tilePlan(pictures[3], { ...rule, mapReduce, stride: 7 });
        const random = new Random(3);
        const maps = Array.from({ length: plan.count }, () =>
          tf.tensor2d(
            Float32Array.from({ length: 1024 }, () => random.normal()),
            [32, 32],
          ),
        );
        const stitched = async (order: readonly number[]) => {
          const stitcher = new TileStitcher(plan);
          for (const place of order) await stitcher.put(place, maps[place].clone());
          const out: Tensor2D = stitcher.take();
          const values = (await out.data()).slice();
          out.dispose();
          return values;
        };
        const rising = maps.map((_, i) => i);
        expect(await stitched(random.shuffled(rising))).to.deep.equal(await stitched(rising));
        tf.dispose(maps);
      }
    }),
  );

  it(
    'compares every tile with the same tile of the reference',
    leavesNoTensors(async () => {
      const detector = detectorOf((pixels) => tf.mean(pixels.abs(), 3) as Tensor3D, true);
      const golden = sizes.map((size, i) => toyPicture(50 + i, { ...size, name: pictures[i].source }));
      const references = { of: async ({ source }: Picture) => golden.find((picture) => picture.source === source)! };
      const whole = await mapsOf(new WholeScorer(detector, references), pictures);
      const tiled = await mapsOf(
        new TiledScorer(detector, references, { ...rule, mapReduce: 'own', halo: 2 }),
        pictures,
      );
      expect(tiled.map(({ map }) => map)).to.deep.equal(whole.map(({ map }) => map));
    }),
  );

  it(
    'reduces the scores of tiles, and finds regions on the stitched map',
    leavesNoTensors(async () => {
      const spec = findModel('vision_pixel_gaussian_map');
      const params = decode(spec.params, { resize_hw: { height: 32, width: 32 } }, spec.name);
      const detector = await spec.create(params, { weights: openWeightsStore() });
      const good = Array.from({ length: 6 }, (_, i) => sourceOf(toyPicture(20 + i, { width: 32, height: 32 })));
      await detector.fit(new PictureFitSource(good, detector.input, 3), { seed: 1, progress: silent });
      const [max, mean, top] = await Promise.all(
        (['max', 'mean', 'topk_mean'] as const).map((scoreReduce) =>
          mapsOf(new TiledScorer(detector, null, { ...rule, scoreReduce, scoreTopk: 0.5 }), [pictures[0]]),
        ),
      );
      expect(max[0].score).to.be.above(top[0].score);
      expect(top[0].score).to.be.above(mean[0].score);
      const engine = new Engine(detector, new TiledScorer(detector, null, rule));
      const [outcome] = await engine.inspect([pictures[0]], { map: true, defects: null });
      expect('inspected' in outcome && outcome.inspected.map?.data).to.deep.equal(max[0].map);
      await engine.dispose();
    }),
  );

  it(
    'frees everything when a tile fails',
    leavesNoTensors(async () => {
      let left = 9;
      const detector = brightness();
      const failing: Detector = {
        ...detector,
        score: async (batch) => {
          if (left-- === 0) throw new Error('no more');
          return detector.score(batch);
        },
      };
      const error = await new TiledScorer(failing, null, rule)
        .score(pictures, { maps: true, batchSize: 2, clock: noClock })
        .catch((e: Error) => e);
      expect(String(error)).to.equal('Error: no more');
    }),
  );

  it(
    'a tile larger than the memory is one sentence',
    leavesNoTensors(async () => {
      const detector = { ...brightness(), score: () => Promise.reject(new Error('OOM when allocating tensor')) };
      const engine = new Engine(detector, new TiledScorer(detector, null, rule));
      const [outcome] = await engine.inspect([pictures[0]], { map: true, defects: null, batchSize: 4 });
      expect('error' in outcome && String(outcome.error)).to.equal(
        'DataError: toy-0: 64 x 48 pixels need more memory than there is; ' +
          'choose smaller tiles (--tile-size, --tile-halo), or a smaller input of the model',
      );
      const unmade = { ...rule, halo: 2 ** 24 };
      const large = new Engine(detector, new TiledScorer(detector, null, unmade));
      const [failed] = await large.inspect([pictures[0]], { map: true, defects: null });
      expect('error' in failed && String(failed.error)).to.match(/^DataError: toy-0: 64 x 48 pixels need more memory/);
    }),
  );

  it('refuses a model that sees only the middle of its input', () => {
    const cropped = { ...brightness(), input: { ...asItIs, crop: { height: 8, width: 8 } } };
    expect(() => new TiledScorer(cropped, null, rule)).to.throw(/blind frame around every tile/);
  });
});

describe('the plan of tiles', () => {
  it('is made once for a size, and forgotten after sixteen others', () => {
    const size = { height: 48, width: 64 };
    const plan = tilePlan(size, rule);
    expect(tilePlan({ ...size }, { ...rule })).to.equal(plan);
    expect(tilePlan(size, { ...rule, stride: 16 })).to.not.equal(plan);
    for (let i = 0; i < 16; i++) tilePlan({ height: 48, width: 65 + i }, rule);
    const again = tilePlan(size, rule);
    expect(again).to.not.equal(plan);
    expect(again).to.deep.equal(plan);
  });
});
