import { readdirSync, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { findDefects } from '../../src/defects/find-defects.js';
import { imageBox } from '../../src/defects/geometry/image-box.js';
import { type Region } from '../../src/defects/region.js';
import { tf } from '../../src/runtime/tf.js';
import { onEveryBackend } from '../support/backends.js';
import { configOfGolden, type GoldenConfig } from '../support/golden-defects.js';
import { readNpy } from '../support/npy.js';
import { shared } from '../support/shared.js';

/** The cases that come with the repository, and all others where the shared folder is there. */
const own = join(import.meta.dirname, '../golden/defects');
const folders = new Map(
  [shared('golden', 'cases'), own]
    .filter((root) => root !== null)
    .flatMap((root) => readdirSync(root).map((id): [string, string] => [id, join(root, id)])),
);
const cases = [...folders.entries()]
  .sort(([a], [b]) => (a < b ? -1 : 1))
  .filter(([, folder]) => existsSync(join(folder, 'regions.json')))
  .map(([id, folder]) => {
    const json = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
    const { config, meta } = json('config.json');
    const name = `${meta.category}/${meta.name}`;
    return { id, folder, config: config as GoldenConfig, name, expected: json('regions.json') };
  });

describe('golden boxes in picture space', () => {
  it('equal those of the Python system', () => {
    const table = JSON.parse(readFileSync(join(own, '328', 'expected.json'), 'utf8'));
    const size = ([height, width]: [number, number]) => ({ height, width });
    for (const { bbox, src_hw, dst_hw, out } of table) {
      expect(imageBox(bbox, size(src_hw), size(dst_hw))).to.deep.equal(out);
    }
    expect(table.length).to.be.above(10);
  });
});

onEveryBackend('golden cases, semantics 1', () => {
  for (const { id, folder, name, config, expected } of cases) {
    it(`${id} ${name}`, async () => {
      const { data, shape } = readNpy(join(folder, 'map.npy'));
      const map = tf.tensor2d(data as Float32Array, shape as [number, number]);
      const run = async () =>
        findDefects(map, { config: configOfGolden(config), pixelThreshold: config.pixel_threshold, semantics: 1 });
      try {
        if (expected.error !== undefined) {
          const error = await run().then(
            () => null,
            (e: Error) => e,
          );
          expect(error?.name).to.equal('ConfigError');
          return;
        }
        const result = await run();
        const mask = readNpy(join(folder, 'mask.npy')).data;
        expect(
          result.mask.data.reduce((n, v, i) => n + (v === (mask[i] as number) / 255 ? 0 : 1), 0),
          'mask pixels',
        ).to.equal(0);
        expect(result.space).to.deep.equal(expected.space);
        expect(result.pixel_threshold).to.equal(expected.pixel_threshold);
        expect(result.map_stats_roi.max).to.equal(expected.map_stats_roi.max);
        expect(result.map_stats_roi.mean).to.be.closeTo(expected.map_stats_roi.mean, 1e-6);
        expect(result.regions.map((r) => [r.id, r.bbox_xyxy, r.area])).to.deep.equal(
          expected.regions.map((r: Region) => [r.id, r.bbox_xyxy, r.area]),
        );
        result.regions.forEach((region, i) => expectSame(region, expected.regions[i]));
      } finally {
        map.dispose();
      }
    });
  }
});

/** The tolerances that came with the cases; a hair more, because 0.760914 - 0.760913 is not 0.000001. */
const tolerance: Record<string, number> = { score_mean: 2.0001e-6, solidity: 1.0001e-6, score_max: 1.0001e-6 };

function expectSame(region: Region, expected: Region): void {
  expect(Object.keys(region).sort()).to.deep.equal(Object.keys(expected).sort());
  for (const [key, value] of Object.entries(expected)) {
    const got = region[key as keyof Region];
    if (typeof value === 'number') expect(got, key).to.be.closeTo(value, tolerance[key] ?? 0);
    else if (key === 'centroid_xy')
      value.forEach((v: number, i: number) => expect((got as number[])[i], key).to.be.closeTo(v, 1e-9));
    else expect(got, key).to.deep.equal(value);
  }
}
