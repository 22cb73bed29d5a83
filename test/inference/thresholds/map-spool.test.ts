import { expect } from 'chai';
import { readdirSync } from 'node:fs';
import { MapSpool } from '../../../src/inference/thresholds/map-spool.js';
import { Random } from '../../../src/runtime/random.js';
import { scratch } from '../../support/toy-run.js';

describe('map spool', () => {
  const dir = scratch();
  const random = new Random(3);
  const maps = Array.from({ length: 7 }, (_, i) => ({
    height: 5 + i,
    width: 11,
    data: Float32Array.from({ length: (5 + i) * 11 }, () => random.normal()),
  }));
  let saved: string | undefined;

  before(() => {
    saved = process.env.TMPDIR;
    process.env.TMPDIR = dir;
  });
  after(() => {
    if (saved === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = saved;
  });

  for (const [title, limit] of [
    ['in memory', 2 ** 20],
    ['partly in a file', 600],
    ['all in a file', 0],
  ] as const) {
    it(`gives back what it took, in any order: ${title}`, async () => {
      const spool = new MapSpool(limit);
      for (const map of maps) await spool.add({ ...map, data: map.data.slice() });
      expect(spool.count).to.equal(7);
      for (const i of [6, 0, 3, 3, 1, 5, 2, 4]) expect(await spool.read(i)).to.deep.equal(maps[i]);
      expect(readdirSync(dir)).to.have.length(limit > 1000 ? 0 : 1);
      await spool.dispose();
      expect(readdirSync(dir)).to.deep.equal([]);
    });
  }

  it('says where it could not write', async () => {
    process.env.TMPDIR = `${dir}/nowhere`;
    const spool = new MapSpool(0);
    const error = await spool.add(maps[0]).then(
      () => null,
      (e: Error) => e,
    );
    process.env.TMPDIR = dir;
    expect(error?.message).to.match(/nowhere: the calibration maps cannot be put aside .*TMPDIR$/);
    await spool.dispose();
  });
});
