import { expect } from 'chai';
import { bytesOfRuns } from '../../src/defects/labelling/bytes-of-runs.js';
import { componentsOf } from '../../src/defects/labelling/components.js';
import { labelRuns } from '../../src/defects/labelling/label-runs.js';
import { runsOfBytes } from '../../src/defects/labelling/runs-of-bytes.js';
import { type Runs } from '../../src/defects/labelling/runs.js';
import { Random } from '../../src/runtime/random.js';
import { floodFill } from '../support/flood-fill.js';
import { type Scene, scenes } from '../support/scenes.js';

/** Labels per pixel from 1, as `floodFill` gives them. */
function paint(runs: Runs, ofRun: Int32Array): Int32Array {
  const labels = new Int32Array(runs.height * runs.width);
  for (let y = 0; y < runs.height; y++) {
    for (let i = runs.rowStart[y]; i < runs.rowStart[y + 1]; i++) {
      labels.fill(ofRun[i] + 1, y * runs.width + runs.start[i], y * runs.width + runs.end[i]);
    }
  }
  return labels;
}

const random = new Random(3);
const noise: Scene[] = [0.1, 0.5, 0.6, 0.9].map((share) => ({
  name: `${share * 100} % noise`,
  size: { height: 67, width: 83 },
  mask: Uint8Array.from({ length: 67 * 83 }, () => (random.uniform() < share ? 1 : 0)),
}));

describe('labelling', () => {
  for (const { name, size, mask } of [...scenes, ...noise]) {
    const runs = runsOfBytes(mask, size);

    it(`${name}: runs hold the mask`, () => {
      expect(bytesOfRuns(runs)).to.deep.equal(mask);
    });

    for (const connectivity of [8, 4] as const) {
      it(`${name}: ${connectivity}-connected labels equal a flood fill`, () => {
        const expected = floodFill(mask, size, connectivity);
        const { count, ofRun } = labelRuns(runs, connectivity);
        expect(count).to.equal(expected.count);
        expect(paint(runs, ofRun)).to.deep.equal(expected.labels);
      });
    }

    it(`${name}: statistics equal those of the pixels`, () => {
      const scores = Float32Array.from(mask, () => random.normal());
      const { count, labels } = floodFill(mask, size, 8);
      const all = componentsOf(runs, scores);
      for (let label = 0; label < count; label++) {
        const pixels = [...labels.keys()].filter((p) => labels[p] === label + 1);
        const [xs, ys] = [pixels.map((p) => p % size.width), pixels.map((p) => Math.floor(p / size.width))];
        const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);
        expect([all.area[label], all.x1[label], all.y1[label], all.x2[label], all.y2[label]]).to.deep.equal([
          ...[pixels.length, Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
        ]);
        expect([all.sumX[label], all.sumY[label]]).to.deep.equal([sum(xs), sum(ys)]);
        expect([all.sumXX[label], all.sumXY[label], all.sumYY[label]]).to.deep.equal([
          ...[sum(xs.map((x) => x * x)), sum(xs.map((x, i) => x * ys[i])), sum(ys.map((y) => y * y))],
        ]);
        expect(runs.start[all.firstRun[label]]).to.equal(pixels[0] % size.width);
        expect(all.scoreMax[label]).to.equal(Math.max(...pixels.map((p) => scores[p])));
        expect(all.scoreSum[label]).to.be.closeTo(sum(pixels.map((p) => scores[p])), 1e-9);
      }
    });
  }

  it('reads masks that do not begin at a word', () => {
    const { mask, size } = noise[1];
    for (const shift of [1, 2, 3]) {
      const buffer = new Uint8Array(mask.length + shift);
      buffer.set(mask, shift);
      expect(bytesOfRuns(runsOfBytes(buffer.subarray(shift), size))).to.deep.equal(mask);
    }
  });
});
