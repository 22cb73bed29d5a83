import type { CalibrationConfig } from '../../config/calibration.js';
import type { DefectsConfig } from '../../config/defects.js';
import { thresholdOfAlarmBudget } from '../../inference/thresholds/alarm-budget.js';
import { allowedRegions, picturesNeeded } from '../../inference/thresholds/region-budget.js';
import type { Issues } from './issues.js';

const CODE = 'CALIBRATION_TOO_FEW_PICTURES';

/** Claims of budgets that so many calibration pictures cannot support, whatever their scores. */
export function claimIssues(rule: CalibrationConfig, defects: DefectsConfig, pictures: number, issues: Issues): void {
  const tell = (what: string, per1000: number, confidence: number, needed: number | null) => {
    const message =
      `${pictures} calibration pictures cannot support at most ${per1000} ${what} in 1,000 with confidence ${confidence}; ` +
      (needed === null ? 'no number of pictures does' : `${needed} without any would`);
    issues.warning(CODE, message, { pictures, needed });
  };
  if (rule.rule === 'false_alarm_budget') {
    const { supported, pictures_needed } = thresholdOfAlarmBudget(new Float64Array(pictures), rule).claim;
    if (!supported) tell('false alarms', rule.max_alarms_per_1000, rule.confidence, pictures_needed);
  }
  const { pixel_threshold, pixel_threshold_strategy: strategy, false_region_budget: budget } = defects;
  if (strategy !== 'false_region_budget' || pixel_threshold !== null) return;
  if (allowedRegions(budget, pictures) === null) {
    tell('false regions', budget.max_regions_per_1000, budget.confidence, picturesNeeded(budget));
  }
}
