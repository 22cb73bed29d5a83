import { expect } from 'chai';
import fc from 'fast-check';
import { blendTiles } from '../../src/ops/blend-tiles.js';
import { tileAxis, type TileAxisRule } from '../../src/ops/tile-axis.js';
import { tileWindow } from '../../src/ops/tile-window.js';
import { tf, type Tensor2D } from '../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';

const REDUCE = ['max', 'mean', 'hann', 'gaussian', 'own'] as const;

const anyAxis = fc
  .record({
    length: fc.integer({ min: 1, max: 90 }),
    size: fc.integer({ min: 1, max: 40 }),
    stride: fc.integer({ min: 1, max: 40 }),
    reduce: fc.constantFrom(...REDUCE),
    open: fc.boolean(),
  })
  .map(({ length, ...rule }) => ({ length, rule: { ...rule, stride: Math.min(rule.stride, rule.size) } }));

describe('tileAxis', () => {
  it('puts tiles at 0, s, 2 s ... and one at the end', () => {
    const origins = (length: number, size: number, stride: number) =>
      tileAxis(length, { size, stride, reduce: 'max', open: true }).origins;
    expect(origins(4096, 512, 384).slice(-3)).to.deep.equal([3072, 3456, 3584]);
    expect(origins(100, 50, 50)).to.deep.equal([0, 50]);
    expect(origins(101, 50, 50)).to.deep.equal([0, 50, 51]);
    expect(origins(20, 32, 16)).to.deep.equal([0]);
  });

  it('covers every pixel once by segments, whose shares sum to one', () => {
    fc.assert(
      fc.property(anyAxis, ({ length, rule }) => {
        const { segments, origins, extent } = tileAxis(length, rule);
        let at = 0;
        for (const { start, end, tiles, weights } of segments) {
          expect(start).to.equal(at);
          expect(end).to.be.greaterThan(start);
          at = end;
          const covering = origins.flatMap((o, i) => (o <= start && end <= o + extent ? i : []));
          if (rule.reduce !== 'own') expect(tiles).to.deep.equal(covering);
          if (weights === null) {
            if (rule.reduce !== 'max') expect(tiles).to.have.length(1);
            continue;
          }
          for (let x = 0; x < end - start; x++) {
            const sum = weights.reduce((total, share) => total + share[x], 0);
            expect(Math.abs(sum - 1)).to.be.below(1e-6);
          }
        }
        expect(at).to.equal(length);
      }),
    );
  });

  it('own: gives every pixel to the tile whose centre is nearest, to the lower of two', () => {
    fc.assert(
      fc.property(anyAxis, ({ length, rule }) => {
        const { segments, origins, extent } = tileAxis(length, { ...rule, reduce: 'own' });
        for (let x = 0; x < length; x++) {
          const distances = origins.map((o) => Math.abs(2 * x + 1 - (2 * o + extent)));
          const owner = distances.indexOf(Math.min(...distances));
          const segment = segments.find(({ start, end }) => start <= x && x < end)!;
          expect(segment.tiles).to.deep.equal([owner]);
        }
      }),
    );
  });

  it('open: a tile at the edge of the picture keeps its full weight out to that edge', () => {
    // Tiles at 0, 8 and 9 of a 25 pixel axis: the pixels near the end are the last tile's.
    const { segments } = tileAxis(25, { size: 16, stride: 8, reduce: 'hann', open: true });
    const { weights } = tileAxis(25, { size: 16, stride: 8, reduce: 'hann', open: false }).segments.at(-2)!;
    const last = segments.at(-2)!;
    expect(last.weights!.at(-1)!.at(-1)).to.be.above(0.98);
    expect(weights!.at(-1)!.at(-1)).to.be.below(0.98);
    expect([...tileWindow(8, 'hann', { open: true, first: true, last: false }).subarray(0, 4)]).to.deep.equal([
      1, 1, 1, 1,
    ]);
  });
});

onEveryBackend('blendTiles', () => {
  const stitched = (maps: Tensor2D[], length: number, rule: TileAxisRule): Tensor2D =>
    tf.tidy(() => {
      const axis = tileAxis(length, rule);
      const parts = new Map(maps.map((map, i) => [i, map]));
      return tf.concat(
        axis.segments.map((segment) => blendTiles(segment, axis, parts, 3, 0)),
        0,
      );
    });

  it(
    'constant in, constant out',
    leavesNoTensors(async () => {
      for (const reduce of REDUCE) {
        for (const open of [true, false]) {
          const rule = { size: 12, stride: 5, reduce, open };
          const maps = tileAxis(40, rule).origins.map(() => tf.fill([12, 3], 0.7) as Tensor2D);
          const out = stitched(maps, 40, rule);
          expect(out.shape).to.deep.equal([40, 3]);
          for (const value of await out.data()) expect(value).to.be.closeTo(0.7, 1e-6);
          tf.dispose([out, ...maps]);
        }
      }
    }),
  );

  it(
    'leaves 0 where no tile is',
    leavesNoTensors(async () => {
      const maps = [tf.ones([2, 3]), tf.ones([2, 3]), tf.ones([2, 3])] as Tensor2D[];
      const out = stitched(maps, 8, { size: 2, stride: 3, reduce: 'mean', open: false });
      expect((await out.array()).map(([first]) => first)).to.deep.equal([1, 1, 0, 1, 1, 0, 1, 1]);
      tf.dispose([out, ...maps]);
    }),
  );
});
