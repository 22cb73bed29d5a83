import { expect } from 'chai';
import type { Region } from '../../../src/defects/region.js';
import type { Inspection } from '../../../src/inference/run.js';
import { DriftTally } from '../../../src/workbench/benchmark/drift-tally.js';
import { matchRegions } from '../../../src/workbench/benchmark/match-regions.js';

const region = (...bbox_xyxy: number[]) => ({ bbox_xyxy }) as unknown as Region;

function inspection(score: number, label: number, map: readonly number[], regions: readonly Region[]): Inspection {
  const data = Float32Array.from(map);
  const record = { index: 0, input: 'x', score, label, postprocess_summary: {}, defects: { regions } };
  return { record, picture: null, map: { height: 1, width: map.length, data }, mask: null } as unknown as Inspection;
}

describe('regions of two runs', () => {
  it('are the same defect when their boxes overlap by half, each once', () => {
    const box = region(0, 0, 9, 9);
    expect(matchRegions([box], [box])).to.deep.equal({ lost: 0, gained: 0 });
    // 10 x 5 of 10 x 15 pixels: a third.
    expect(matchRegions([box], [region(0, 5, 9, 14)])).to.deep.equal({ lost: 1, gained: 1 });
    // 10 x 8 of 10 x 12.
    expect(matchRegions([box], [region(0, 2, 9, 11)])).to.deep.equal({ lost: 0, gained: 0 });
    // Split in two: the larger part is the same, the other one is new.
    expect(matchRegions([box], [region(0, 0, 9, 6), region(0, 8, 9, 9)])).to.deep.equal({ lost: 0, gained: 1 });
    expect(matchRegions([box, region(0, 1, 9, 9)], [box])).to.deep.equal({ lost: 1, gained: 0 });
    expect(matchRegions([box], [region(20, 20, 22, 22)])).to.deep.equal({ lost: 1, gained: 1 });
    expect(matchRegions([], [])).to.deep.equal({ lost: 0, gained: 0 });
  });
});

describe('the drift of a precision', () => {
  it('is told in shares of what float32 gives', () => {
    const tally = new DriftTally(4);
    const [a, b] = [region(0, 0, 9, 9), region(30, 0, 39, 9)];
    tally.add(inspection(2, 0, [0, 1, 2, 4], [a, b]), inspection(2.5, 1, [0, 1.5, 2, 4.5], [a]));
    tally.add(inspection(5, 1, [0, 0, 0, 0], []), inspection(5, 1, [0, 0, 0, 0], [b]));
    expect(tally.report()).to.deep.equal({
      pictures: 2,
      score: { mean: 0.125, max: 0.25 },
      score_max_of_threshold: 0.125,
      label_flips: 1,
      map: { mean: 1 / 32, max: 0.125 },
      regions: { float32: 2, bfloat16: 2, lost: 1, gained: 1 },
    });
  });
});
