import { expect } from 'chai';
import { decode } from '../../src/config/codec.js';
import { DefectsConfig } from '../../src/config/defects.js';
import { type ConfigError } from '../../src/errors.js';
import { checkDefectsConfig } from '../../src/defects/check-config.js';
import { DEFECTS_PRESETS } from '../../src/defects/presets.js';

function problems(keys: unknown): readonly string[] {
  try {
    decode(DefectsConfig, keys, 'defects');
    return [];
  } catch (error) {
    return (error as ConfigError).problems;
  }
}

describe('DefectsConfig', () => {
  it('has the defaults of the Python system', () => {
    expect(decode(DefectsConfig, {}, 'defects')).to.deep.include({
      ...{ enabled: false, pixel_threshold: null, pixel_threshold_strategy: 'normal_pixel_quantile' },
      ...{ pixel_normal_quantile: 0.999, mask_format: 'png', roi_xyxy_norm: null, border_ignore_px: 0 },
      map_smoothing: { method: 'none', ksize: 0, sigma: 0 },
      hysteresis: { enabled: false, low: null, high: null },
      merge_nearby: { enabled: false, max_gap_px: 0, distance: 'box' },
      ...{ min_area: 0, min_score_max: null, min_score_mean: null, open_ksize: 0, close_ksize: 0, fill_holes: false },
      ...{ max_regions: null, max_regions_sort_by: 'score_max', mask_dilate_ksize: 0, mask_space: 'roi' },
    });
  });

  it('takes the other words for "none", whatever their case', () => {
    for (const method of ['', 'OFF', ' none ', 'false', '0']) {
      expect(decode(DefectsConfig, { map_smoothing: { method } }, 'defects').map_smoothing.method).to.equal('none');
    }
    expect(decode(DefectsConfig, { map_smoothing: { method: ' Median' } }, '').map_smoothing.method).to.equal('median');
  });

  it('takes region_filters.shape for shape_filters, and not both', () => {
    const shape = { min_solidity: 0.5 };
    const config = decode(DefectsConfig, { region_filters: { shape } }, 'defects');
    expect(config.shape_filters.min_solidity).to.equal(0.5);
    expect(config).not.to.have.property('region_filters');
    expect(DefectsConfig.encode(config)).to.deep.equal(config);
    expect(problems({ region_filters: { shape }, shape_filters: shape })[0]).to.match(
      /^defects: region_filters: .*twice/,
    );
    expect(problems({ region_filters: { shape: { min_solidty: 1 } } })[0]).to.include(
      'region_filters.shape.min_solidty',
    );
  });

  it('collects every problem with its path', () => {
    expect(
      problems({
        hysteresis: { lo: 1 },
        map_smoothing: { method: 'bilateral', ksize: -1 },
        shape_filters: { max_aspect_ratio: 0.5 },
        roi_xyxy_norm: [0, 0, 1],
        max_regions: 0,
        min_aera: 4,
      }),
    ).to.have.members([
      'defects: min_aera: unknown key (did you mean "min_area"?)',
      'defects: roi_xyxy_norm: expected four finite numbers [x1, y1, x2, y2] or null, got [0,0,1]'.replace(
        ' or null',
        '',
      ),
      'defects: map_smoothing.method: expected one of none, median, gaussian, box, got "bilateral"',
      'defects: map_smoothing.ksize: expected whole number of 0 or more, got -1',
      'defects: hysteresis.lo: unknown key (did you mean "low"?)',
      'defects: shape_filters.max_aspect_ratio: expected number of 1 or more, got 0.5',
      'defects: max_regions: expected whole number of 1 or more, got 0',
    ]);
  });

  for (const [name, preset] of Object.entries(DEFECTS_PRESETS)) {
    it(`the preset ${name} is a valid section in both semantics`, () => {
      const config = decode(DefectsConfig, preset, name);
      for (const semantics of [1, 2] as const) checkDefectsConfig(config, semantics);
    });
  }

  it('lists all keys that do not fit together at once', () => {
    const config = decode(
      DefectsConfig,
      {
        map_smoothing: { method: 'gaussian', ksize: 4 },
        hysteresis: { enabled: true, low: 2, high: 1 },
        mask_space: 'full',
      },
      'defects',
    );
    let found: readonly string[] = [];
    try {
      checkDefectsConfig(config, 2);
    } catch (error) {
      found = (error as ConfigError).problems;
    }
    expect(found).to.have.length(3);
    checkDefectsConfig(config, 1);
  });
});
