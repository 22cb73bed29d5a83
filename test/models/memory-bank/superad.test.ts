import { expect } from 'chai';
import fc from 'fast-check';
import { decode } from '../../../src/config/codec.js';
import { ConfigError } from '../../../src/errors.js';
import { axisTiles } from '../../../src/models/memory-bank/axis-tiles.js';
import { SuperAdParams } from '../../../src/models/memory-bank/superad-params.js';
import { superAd } from '../../../src/models/memory-bank/superad.spec.js';
import { tiledFeatures } from '../../../src/models/memory-bank/tiled-features.js';
import { findModel } from '../../../src/models/registry.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { silent } from '../../../src/runtime/progress.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { batchOf, goodPictures, sourceOfArrays, stripedPicture } from '../../support/striped-pictures.js';

const context = { seed: 3, progress: silent };

function make(params: object = {}) {
  const resize = { mode: 'scale', factor: 1, multiple: 32 };
  const decoded = decode(SuperAdParams, { resize, tile_size: 32, overlap: 16, ...params }, 'params');
  return superAd.create(decoded, { weights: openWeightsStore() });
}

describe('tiles of an axis', () => {
  it('meet without gap, overlap enough, and answer for their own middle', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 1, max: 20 }),
        fc.nat(19),
        (length, tile, share) => {
          const overlap = share % tile;
          const tiles = axisTiles(length, tile, overlap);
          expect(tiles[0].from).to.equal(0);
          expect(tiles.at(-1)!.to).to.equal(length);
          for (const [i, { start, from, to, length: size }] of tiles.entries()) {
            expect(from).to.be.at.least(start);
            expect(to).to.be.at.most(start + size);
            expect(from).to.be.below(to);
            expect(start + size).to.be.at.most(length);
            if (i === 0) continue;
            const before = tiles[i - 1];
            expect(from).to.equal(before.to);
            expect(before.start + before.length - start).to.be.at.least(overlap);
            // Nowhere does a place lie nearer to the edge of its tile than to that of the other, but for rounding.
            expect(Math.abs(before.start + before.length - from - (from - start))).to.be.at.most(1);
          }
        },
      ),
      { numRuns: 300 },
    );
  });

  it('of 1280 pixels with tiles of 640 and an overlap of 320 are three', () => {
    expect(axisTiles(80, 40, 20).map(({ start, from, to }) => [start, from, to])).to.deep.equal([
      [0, 0, 30],
      [20, 30, 50],
      [40, 50, 80],
    ]);
  });
});

onEveryBackend('vision_superad', () => {
  it(
    'features of tiles stand where those of the whole picture stand',
    leavesNoTensors(async () => {
      const values = Float32Array.from({ length: 2 * 24 * 40 * 3 }, (_, i) => i % 9973);
      const x = tf.tensor4d(values, [2, 24, 40, 3]);
      const embed = (tiles: Tensor4D) => tf.avgPool(tiles, 4, 4, 'valid');
      const whole = embed(x);
      for (const overlap of [0, 4, 8]) {
        const tiled = tiledFeatures(x, { tile: 12, overlap, unit: 4, stride: 4 }, embed);
        expect(Array.from(await tiled.data())).to.deep.equal(Array.from(await whole.data()));
        tiled.dispose();
      }
      tf.dispose([x, whole]);
    }),
  );

  it(
    'finds a defect in a picture of several tiles, and where it is',
    leavesNoTensors(async () => {
      const detector = await make();
      await detector.fit(sourceOfArrays(goodPictures(3)), context);
      const batch = batchOf([stripedPicture(31, { defect: 14 }), stripedPicture(41)]);
      const { scores, maps } = await detector.score(batch);
      const [bad, good] = await scores.data();
      expect(bad).to.be.greaterThan(1.5 * good);
      const [map] = await maps!.array();
      const flat = map.flat();
      const place = flat.indexOf(Math.max(...flat));
      expect([Math.floor(place / 12), place % 12]).to.satisfy(
        ([y, x]: number[]) => y >= 4 && y <= 6 && x >= 6 && x <= 8,
      );
      tf.dispose([scores, maps!, batch.pixels]);
      detector.dispose();
    }),
  );

  it(
    'one defective training picture does not hide such defects, as the nearest row alone would',
    leavesNoTensors(async () => {
      const dirty = [...goodPictures(4), stripedPicture(20, { defect: 14 })];
      const params = { tile_size: 64, overlap: 0, coreset_ratio: 1, score_top: 0 };
      const score = async (num_neighbors: number) => {
        const detector = await make({ ...params, num_neighbors });
        await detector.fit(sourceOfArrays(dirty), context);
        const batch = batchOf([stripedPicture(20, { defect: 14 })]);
        const { scores, maps } = await detector.score(batch);
        const [value] = await scores.data();
        tf.dispose([scores, maps!, batch.pixels]);
        detector.dispose();
        return value;
      };
      expect(await score(1)).to.be.below(1e-3);
      expect(await score(3)).to.be.above(0.05);
    }),
  );

  it(
    'learns from every brightness that it is told',
    leavesNoTensors(async () => {
      const score = async (brightness: number[]) => {
        const detector = await make({ brightness, coreset_ratio: 1, normalize: false });
        await detector.fit(sourceOfArrays(goodPictures(2)), context);
        const batch = batchOf([stripedPicture(41).map((v) => 0.8 * v)]);
        const { scores, maps } = await detector.score(batch);
        const [value] = await scores.data();
        tf.dispose([scores, maps!, batch.pixels]);
        detector.dispose();
        return value;
      };
      expect(await score([1, 0.8])).to.be.below(0.7 * (await score([1])));
    }),
  );

  it(
    'names what is wrong with tiles',
    leavesNoTensors(async () => {
      const failure = (params: object) => make(params).catch((e: unknown) => e as Error);
      for (const [params, words] of [
        [{ tile_size: 30 }, 'tile_size: expected a multiple of 8'],
        [{ overlap: 5 }, 'overlap: expected a multiple of 8'],
        [{ overlap: 32 }, 'overlap: expected less than tile_size 32'],
      ] as const) {
        const error = await failure(params);
        expect(error).to.be.instanceOf(ConfigError);
        expect((error as Error).message).to.contain(words);
      }
      expect(() => decode(SuperAdParams, { brightness: [] }, 'params')).to.throw(ConfigError);
    }),
  );

  it('is found by its other name', () => {
    expect(findModel('vision_superadd')).to.equal(findModel('vision_superad'));
  });
});
