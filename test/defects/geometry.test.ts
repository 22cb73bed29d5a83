import { expect } from 'chai';
import fc from 'fast-check';
import { type Blob, blobOf } from '../../src/defects/geometry/blob.js';
import { compactness } from '../../src/defects/geometry/compactness.js';
import { contourArea } from '../../src/defects/geometry/contour-area.js';
import { momentEllipse } from '../../src/defects/geometry/ellipse.js';
import { float32Mean } from '../../src/defects/geometry/float32-mean.js';
import { outline } from '../../src/defects/geometry/outline.js';
import { perimeter } from '../../src/defects/geometry/perimeter.js';
import { round6 } from '../../src/defects/geometry/round6.js';
import { solidity } from '../../src/defects/geometry/solidity.js';
import { componentsOf } from '../../src/defects/labelling/components.js';
import { runsOfBytes } from '../../src/defects/labelling/runs-of-bytes.js';
import { drawing, type Drawing } from '../support/drawing.js';
import { randomMaps } from '../support/random-map.js';
import { scenes } from '../support/scenes.js';

function blobs(map: Drawing, level = 0.4): Blob[] {
  const mask = Uint8Array.from(map.data, (v) => (v >= level ? 1 : 0));
  const components = componentsOf(runsOfBytes(mask, map), map.data);
  return Array.from({ length: components.count }, (_, label) => blobOf(components, [label]));
}

const disc = (radius: number): Drawing => {
  const side = 2 * radius + 3;
  const inside = (p: number) => Math.hypot((p % side) - radius - 1, Math.floor(p / side) - radius - 1) <= radius;
  return { height: side, width: side, data: Float32Array.from({ length: side * side }, (_, p) => (inside(p) ? 1 : 0)) };
};

/** Shoelace formula. */
function polygonArea(points: [number, number][]): number {
  const next = (i: number) => points[(i + 1) % points.length];
  return points.reduce((sum, [x, y], i) => sum + x * next(i)[1] - next(i)[0] * y, 0) / 2;
}

/** The hull of all pixel corners by gift wrapping, and its area. */
function hullOfCorners(blob: Blob): number {
  const points = new Map<string, [number, number]>();
  for (const ring of outline(blob)) for (const p of ring) points.set(p.join(), p);
  const all = [...points.values()];
  const start = all.reduce((a, b) => (b[0] < a[0] || (b[0] === a[0] && b[1] < a[1]) ? b : a));
  const hull: [number, number][] = [];
  let at = start;
  do {
    hull.push(at);
    let next = all[0] === at ? all[1] : all[0];
    for (const p of all) {
      const turn = (next[0] - at[0]) * (p[1] - at[1]) - (next[1] - at[1]) * (p[0] - at[0]);
      const farther = Math.hypot(p[0] - at[0], p[1] - at[1]) > Math.hypot(next[0] - at[0], next[1] - at[1]);
      if (turn < 0 || (turn === 0 && farther)) next = p;
    }
    at = next;
  } while (at !== start);
  return Math.abs(polygonArea(hull));
}

const NUMPY = [0.10299700498580933, 0.10199999809265137, 0.10295385122299194];

describe('region geometry', () => {
  it('a disc is compact, solid and round, and its perimeter is that of a circle', () => {
    for (const radius of [10, 25, 60]) {
      const [blob] = blobs(disc(radius));
      expect(perimeter(blob) / (2 * Math.PI * (radius + 0.5))).to.be.within(0.96, 1.04);
      expect(compactness(blob)).to.be.above(0.93);
      expect(solidity(blob, 2)).to.be.above(0.91);
      const { major, minor, orientation } = momentEllipse(blob);
      const diameter = 2 * Math.sqrt(blob.area / Math.PI);
      for (const axis of [major, minor]) expect(axis / diameter).to.be.within(0.99, 1.01);
      expect(orientation).to.equal(null);
    }
  });

  it('a line has two axes and a direction, and semantics 2 calls it solid', () => {
    const [row] = blobs(drawing('##########'));
    expect(momentEllipse(row).orientation).to.equal(0);
    expect(momentEllipse(row).major).to.be.closeTo(4 * Math.sqrt(100 / 12), 1e-9);
    expect(perimeter(row)).to.be.closeTo((Math.PI / 4) * (11 + 20 / Math.SQRT2), 1e-9);
    expect([solidity(row, 1), solidity(row, 2)]).to.deep.equal([null, 1]);
    const [column] = blobs(drawing('#', '#', '#'));
    expect(momentEllipse(column).orientation).to.equal(90);
    const [diagonal] = blobs(drawing('#..', '.#.', '..#'));
    expect(momentEllipse(diagonal).orientation).to.be.closeTo(45, 1e-9);
    expect(solidity(diagonal, 2)).to.equal(3 / 5);
  });

  it('counts holes in the perimeter, and not in the contour', () => {
    const [ring] = blobs(drawing('###', '#.#', '###'));
    const [square] = blobs(drawing('###', '###', '###'));
    expect(perimeter(ring)).to.be.above(perimeter(square));
    expect(contourArea(ring.components, 0)).to.equal(4);
    const [diamond] = blobs(drawing('.#.', '#.#', '.#.'));
    expect(contourArea(diamond.components, 0)).to.equal(2);
  });

  it('the outline encloses the region with its holes filled, at pixel corners', () => {
    const [ring] = blobs(drawing('.....', '.###.', '.#.#.', '.###.', '.....'));
    expect(outline(ring)).to.deep.equal([
      [
        [4, 1],
        [4, 4],
        [1, 4],
        [1, 1],
      ],
    ]);
    const [corner] = blobs(drawing('#.', '.#'));
    expect(polygonArea(outline(corner)[0])).to.equal(2);
  });

  for (const { name, size, mask } of scenes) {
    it(`${name}: outline, hull and solidity agree with one another`, () => {
      for (const blob of blobs({ ...size, data: Float32Array.from(mask) })) {
        const rings = outline(blob);
        const enclosed = rings.reduce((sum, ring) => sum + polygonArea(ring), 0);
        expect(enclosed).to.be.at.least(blob.area);
        expect(solidity(blob, 2)).to.be.closeTo(blob.area / hullOfCorners(blob), 1e-12);
      }
    });
  }

  it('solidity is area by hull of corners on random shapes', () => {
    fc.assert(
      fc.property(randomMaps(), (map) => {
        for (const blob of blobs(map)) expect(solidity(blob, 2)).to.be.closeTo(blob.area / hullOfCorners(blob), 1e-12);
      }),
      { numRuns: 200 },
    );
  });

  it('rounds to 6 decimals as Python does', () => {
    const cases: [number, number][] = [
      [1 / 128, 0.007812],
      [3 / 128, 0.023438],
      [-1 / 128, -0.007812],
      [0.1234565, 0.123456],
      [2.0000005, 2.000001],
      [0.8, 0.8],
      [1 / 3, 0.333333],
      [1e15 + 0.5, 1e15 + 0.5],
      [0, 0],
    ];
    for (const [x, rounded] of cases) expect(round6(x), String(x)).to.equal(rounded);
  });

  it('sums as NumPy does: pairwise in float32', () => {
    const values = Float32Array.from({ length: 1000 }, (_, i) => Math.fround(0.1 + (i % 7) * 1e-3));
    // numpy 2.4: np.mean of these float32 values, of the first 5, of the first 130
    expect(float32Mean(values)).to.equal(NUMPY[0]);
    expect(float32Mean(values.subarray(0, 5))).to.equal(NUMPY[1]);
    expect(float32Mean(values.subarray(0, 130))).to.equal(NUMPY[2]);
  });
});
