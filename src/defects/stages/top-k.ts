import { type RegionsStage } from '../stage.js';

/** Keeps the first `max_regions` regions of the order. */
export const topK: RegionsStage = {
  name: 'max_regions',
  on: 'regions',
  active: ({ config }) => config.max_regions !== null,
  apply: (drafts, { config, drop }) => {
    const limit = config.max_regions!;
    drafts.slice(limit).forEach(({ blob, scoreMax }, i) =>
      drop(() => {
        const { box, area } = blob;
        return { bbox_xyxy: box, area, score_max: scoreMax, rule: 'max_regions', value: limit + i + 1, limit };
      }),
    );
    return drafts.slice(0, limit);
  },
};
