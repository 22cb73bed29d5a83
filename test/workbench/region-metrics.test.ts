import { expect } from 'chai';
import type { Region } from '../../src/defects/region.js';
import { RegionMetrics } from '../../src/workbench/evaluate/region-metrics.js';

const size = { height: 4, width: 8 };

const bytes = (...rows: string[]) => Uint8Array.from(rows.join(''), (c) => (c === '#' ? 1 : 0));
/** Regions by the places of their first pixels, row and column; several places make a merged region. */
const region = (...places: [number, number][]): Region => {
  const ids = places.map(([y, x]) => 1 + y * size.width + x);
  return { id: ids[0], ...(ids.length > 1 ? { merged_from_ids: ids } : {}) } as Region;
};
const none = bytes('........', '........', '........', '........');

describe('region metrics', () => {
  it('counts regions on good pictures, defects that a region touches, and regions that touch a defect', () => {
    const metrics = new RegionMetrics();
    const one = bytes('##......', '........', '........', '........');
    metrics.add({ ...size, label: 0, truth: none, mask: one, regions: [region([0, 0])] });
    metrics.add({ ...size, label: 0, truth: none, mask: none, regions: [] });
    metrics.add({
      ...{ ...size, label: 1 },
      truth: bytes('.##.....', '.....##.', '........', '#.......'),
      mask: bytes('..###...', '........', '........', '...##..#'),
      regions: [region([0, 2]), region([3, 3]), region([3, 7])],
    });
    metrics.add({ ...size, label: 1, truth: one, mask: none, regions: [] });
    expect(metrics.result()).to.deep.equal({
      ...{ false_regions: 1, false_regions_per_100_good: 50, good_pictures_with_regions: 1 },
      ...{ defects_total: 4, defects_hit: 1, defect_pictures: 2, defect_pictures_hit: 1, region_precision: 1 / 4 },
    });
  });

  it('takes a merged region as one, whichever of its parts touches', () => {
    const metrics = new RegionMetrics();
    metrics.add({
      ...{ ...size, label: 1 },
      truth: bytes('........', '........', '........', '......##'),
      mask: bytes('##......', '........', '........', '#......#'),
      regions: [region([0, 0], [3, 7]), region([3, 0])],
    });
    expect(metrics.result()).to.include({ region_precision: 0.5, defects_hit: 1, false_regions_per_100_good: null });
  });

  it('has nothing to say of nothing', () => {
    expect(new RegionMetrics().result()).to.include({ region_precision: null, false_regions_per_100_good: null });
  });
});
