import { type RegionsStage } from '../stage.js';

/** Keeps the first `max_regions` regions of the order. */
export const topK: RegionsStage = {
  name: 'max_regions',
  on: 'regions',
  active: ({ config }) => config.max_regions !== null,
  apply: (drafts, { config, drop }) => {
    const limit = config.max_regions!;
    drafts.slice(limit).forEach(({ region }, i) =>
      drop(() => {
        const { bbox_xyxy, area, score_max } = region;
        return { bbox_xyxy, area, score_max, rule: 'max_regions', value: limit + i + 1, limit };
      }),
    );
    return drafts.slice(0, limit);
  },
};
