import { expect } from 'chai';
import type { OpenedRun } from '../../../src/inference/open-run.js';
import type { InspectOptions } from '../../../src/inference/run.js';
import { silent } from '../../../src/runtime/progress.js';
import { sweepSpeeds } from '../../../src/workbench/benchmark/speed-sweep.js';
import { sourceOf, toyPicture } from '../../support/toy-pictures.js';

const sources = [0, 1, 2].map((i) => sourceOf(toyPicture(i)));
const variants = [1, 2, 4].map((batch_size) => ({ batch_size, workers: 0 }));

/** Tells how it was asked; `lastBit` is added to the map of larger batches. */
function fakeRun(asked: InspectOptions[], lastBit: number): OpenedRun {
  async function* inspectAll(inputs: unknown[], options: InspectOptions) {
    asked.push(options);
    for (const index of inputs.keys()) {
      const data = Float32Array.of(1, 2 + (options.batchSize === 4 ? lastBit : 0));
      yield { record: { index, score: 1 }, map: { height: 1, width: 2, data }, mask: null, picture: null };
    }
  }
  return { info: { givesMaps: true }, inspectAll, inspect: inspectAll } as unknown as OpenedRun;
}

const options = { variants, rounds: 2, pictures: 4, compared: 5, progress: silent, check: () => {} };

describe('a sweep over batch sizes', () => {
  it('warms all variants up with maps, then times them in turn, each round from another one on', async () => {
    const asked: InspectOptions[] = [];
    const speeds = await sweepSpeeds(fakeRun(asked, 0), sources, options);
    expect(asked.map(({ batchSize }) => batchSize)).to.deep.equal([1, 2, 4, 1, 2, 4, 2, 4, 1]);
    expect(asked.map(({ maps }) => maps === true).indexOf(false)).to.equal(3);
    expect(speeds.map(({ batch_size }) => batch_size)).to.deep.equal([1, 2, 4]);
    expect(speeds[0].gain).to.equal(1);
  });

  it('ends when one gives another bit', async () => {
    const error = await sweepSpeeds(fakeRun([], 2 ** -22), sources, options).catch((e: unknown) => e);
    expect(String(error)).to.match(
      /--batch-size 4 --num-workers 0 gives other bytes than --batch-size 1 --num-workers 0/,
    );
  });
});
