import { type Blob, blobOf } from '../geometry/blob.js';
import { round6 } from '../geometry/round6.js';
import { scoreMean } from '../geometry/score-mean.js';
import { solidity } from '../geometry/solidity.js';
import { selectComponents } from '../labelling/select-components.js';
import { type ComponentsStage, type StageContext } from '../stage.js';

/** One test of the component filter: the config key, its limit, and how a component is measured for it. */
interface Rule {
  readonly rule: string;
  readonly limit: number;
  readonly atMost?: boolean;
  readonly measure: (blob: Blob) => number | null;
}

/**
 * Drops the components that fail a test; the first failed one is the reason. What cannot be measured fails.
 *
 * Semantics 1 compares exact values. Semantics 2 compares the rounded values that the record shows.
 */
export const filters: ComponentsStage = {
  name: 'filters',
  on: 'components',
  active: (context) => rulesOf(context).length > 0,
  apply: (components, context) => {
    const rules = rulesOf(context);
    const keep = new Uint8Array(components.count);
    for (let label = 0; label < components.count; label++) {
      const blob = blobOf(components, [label]);
      const failed = firstFailure(blob, rules);
      if (failed === null) keep[label] = 1;
      else context.drop(() => ({ bbox_xyxy: blob.box, area: blob.area, score_max: blob.scoreMax, ...failed }));
    }
    return selectComponents(components, keep);
  },
};

function firstFailure(
  blob: Blob,
  rules: readonly Rule[],
): { rule: string; value: number | null; limit: number } | null {
  for (const { rule, limit, atMost, measure } of rules) {
    const value = measure(blob);
    if (value === null || !(atMost === true ? value <= limit : value >= limit)) return { rule, value, limit };
  }
  return null;
}

function rulesOf({ config, levels, semantics }: StageContext): Rule[] {
  const shape = config.shape_filters;
  const width = ({ box }: Blob) => box[2] - box[0] + 1;
  const height = ({ box }: Blob) => box[3] - box[1] + 1;
  const shown = (value: number | null) => (value === null || semantics === 1 ? value : round6(value));
  const table: [string, number | null, (blob: Blob) => number | null, boolean?][] = [
    ['min_area', config.min_area > 0 ? config.min_area : null, (b) => b.area],
    ['min_score_max', levels.minScoreMax, (b) => b.scoreMax],
    ['min_score_mean', levels.minScoreMean, (b) => scoreMean(b, semantics)],
    ['shape_filters.min_fill_ratio', shape.min_fill_ratio, (b) => shown(b.area / (width(b) * height(b)))],
    [
      'shape_filters.max_aspect_ratio',
      shape.max_aspect_ratio,
      (b) => shown(Math.max(width(b) / height(b), height(b) / width(b))),
      true,
    ],
    ['shape_filters.min_solidity', shape.min_solidity, (b) => shown(solidity(b, semantics))],
  ];
  return table
    .filter(([, limit]) => limit !== null)
    .map(([rule, limit, measure, atMost]) => ({ rule, limit: limit!, measure, atMost }));
}
