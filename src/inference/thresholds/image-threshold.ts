import type { CalibrationConfig } from '../../config/calibration.js';
import type { ImageThresholdProvenance } from '../../config/threshold.js';
import { ConfigError, DataError } from '../../errors.js';
import { thresholdOfAlarmBudget } from './alarm-budget.js';
import { peaksOverThreshold } from './peaks-over-threshold.js';
import { quantile } from './quantile.js';
import { quantileInterval } from './quantile-interval.js';
import { resolveQuantile } from './resolve-quantile.js';
import { scoreSummary } from './score-summary.js';

export interface ImageThresholdRequest {
  /** Scores of good pictures, best held out from fitting. */
  readonly scores: readonly number[];
  readonly split: ImageThresholdProvenance['split'];
  readonly rule: Omit<CalibrationConfig, 'holdout_fraction'>;
  /** The share of training pictures thought to be bad, or null; used when no quantile is given. */
  readonly contamination: number | null;
  readonly calibrationSha256?: string;
}

export interface ImageThreshold {
  readonly value: number;
  readonly provenance: ImageThresholdProvenance;
}

/**
 * The image threshold, from scores of good pictures. A picture is anomalous when `score > threshold`.
 *
 * @throws DataError without scores or for one that is not finite; ConfigError when the rule needs a value that is not given
 */
export function fitImageThreshold(request: ImageThresholdRequest): ImageThreshold {
  const { scores, split, rule, contamination, calibrationSha256 } = request;
  if (scores.length === 0) throw new DataError('a threshold needs scores of good pictures, but there are none');
  if (!scores.every(Number.isFinite)) throw new DataError('a threshold needs finite scores; look for damaged pictures');
  const sorted = Float64Array.from(scores).sort();
  const found = byRule(sorted, rule, contamination);
  return {
    value: found.value,
    provenance: {
      ...{ quantile: null, source: 'explicit', contamination, split, calibration_count: sorted.length },
      ...(calibrationSha256 === undefined ? {} : { calibration_sha256: calibrationSha256 }),
      score_summary: scoreSummary(sorted),
      ...found,
    },
  };
}

type Found = Pick<ImageThresholdProvenance, 'method'> & { readonly value: number } & Partial<ImageThresholdProvenance>;

function byRule(sorted: Float64Array, rule: ImageThresholdRequest['rule'], contamination: number | null): Found {
  switch (rule.rule) {
    case 'fixed': {
      if (rule.threshold !== null) return { method: 'fixed', value: rule.threshold };
      throw new ConfigError('calibration.rule: "fixed" takes calibration.threshold, which is not set; give a number');
    }
    case 'false_alarm_budget': {
      const { max_alarms_per_1000, confidence } = rule;
      const { value, claim } = thresholdOfAlarmBudget(sorted, { max_alarms_per_1000, confidence });
      return { method: 'false_alarm_budget', value, budget: claim };
    }
    case 'quantile':
    case 'peaks_over_threshold': {
      const { q, source } = resolveQuantile(rule.quantile, contamination);
      const known = { method: rule.rule, quantile: q, source, interval: quantileInterval(sorted, q) };
      if (rule.rule === 'quantile') return { ...known, value: quantile(sorted, q) };
      return { ...known, ...peaksOverThreshold(sorted, { q, tailFraction: rule.tail_fraction }) };
    }
  }
}

/** What has to be said about a threshold that claims less than was asked for. */
export function thresholdWarnings({ tail, budget }: ImageThresholdProvenance): string[] {
  const lines: string[] = [];
  if (tail?.fallback === 'too_few_exceedances') {
    lines.push(
      `only ${tail.exceedances} scores make the tail, too few to fit one; the image threshold is the plain quantile`,
    );
  }
  if (tail?.fallback === 'no_maximum') {
    lines.push(
      'the highest scores are too much alike to fit a tail to them; the image threshold is the plain quantile',
    );
  }
  if (budget?.supported === false) {
    const { pictures, pictures_needed, max_alarms_per_1000, confidence, upper_bound_per_1000 } = budget;
    const needed = pictures_needed === null ? 'no number of pictures does' : `${pictures_needed} would`;
    lines.push(
      `${pictures} good pictures cannot support at most ${max_alarms_per_1000} false alarms in 1,000 with confidence ${confidence} ` +
        `(${needed}); the highest good score is taken, which supports at most ${upper_bound_per_1000.toPrecision(3)}`,
    );
  }
  return lines;
}
