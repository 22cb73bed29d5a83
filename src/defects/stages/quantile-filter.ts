import { type RegionsStage } from '../stage.js';

/**
 * Keeps the regions whose maximum is at or above a quantile (linear) of the maxima of this picture's regions. Semantics 1
 * takes the quantile in float32, as the Python system did, so that a single region can fall below its own maximum.
 */
export const quantileFilter: RegionsStage = {
  name: 'min_score_max_quantile',
  on: 'regions',
  active: ({ config }) => config.min_score_max_quantile !== null,
  apply: (drafts, { config, semantics, drop }) => {
    if (drafts.length === 0) return drafts;
    const maxima = drafts.map(({ scoreMax }) => scoreMax).sort((a, b) => a - b);
    const at = config.min_score_max_quantile! * (maxima.length - 1);
    const below = Math.floor(at);
    const above = Math.min(below + 1, maxima.length - 1);
    const exact = maxima[below] + (maxima[above] - maxima[below]) * (at - below);
    const limit = semantics === 1 ? Math.fround(exact) : exact;
    return drafts.filter(({ blob: { box, area }, scoreMax }) => {
      if (scoreMax >= limit) return true;
      drop(() => {
        const rule = 'min_score_max_quantile';
        return { bbox_xyxy: box, area, score_max: scoreMax, rule, value: scoreMax, limit };
      });
      return false;
    });
  },
};
