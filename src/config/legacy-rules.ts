import { error, type Finding } from './finding.js';
import { layDefects } from './lay-defects.js';
import { CATEGORY_KEYS } from './legacy-infer-config.js';
import { overlay } from './overlay.js';

type Json = Record<string, unknown>;

const MOST_NAMES = 8;

/** `defects` of an old document: `postprocess.pixel_threshold` beats the section, as the Python system has it. */
export function legacyDefects(document: Json): unknown {
  const given = objectAt(objectAt(document, 'postprocess'), 'pixel_threshold');
  if (given === undefined) return document.defects;
  const { enabled, strategy, threshold, normal_quantile } = given;
  const over = {
    enabled: enabled ?? undefined,
    pixel_threshold_strategy: strategy ?? undefined,
    pixel_threshold: threshold ?? undefined,
    pixel_normal_quantile: normal_quantile ?? undefined,
  };
  return layDefects(document.defects, over);
}

/**
 * An old document with what beats what brought into its sections: the chosen category, then the sections of `postprocess`. Nothing is
 * decoded yet.
 *
 * @param wanted the category to take; by default that of the document, or its only one
 */
export function applyLegacyRules(
  document: Json,
  wanted?: string,
): { readonly document: Json; readonly findings: Finding[] } {
  const { category, findings } = chosenCategory(document, wanted);
  const entry = category === null ? undefined : objectAt(objectAt(document, 'per_category'), category);
  const postprocess = objectAt(document, 'postprocess');
  const scoped = Object.fromEntries(
    CATEGORY_KEYS.filter((key) => entry?.[key] !== undefined).map((key) => [key, entry?.[key]]),
  );
  const image = objectAt(postprocess, 'image_threshold')?.threshold;
  const review = objectAt(postprocess, 'review_policy');
  const maps = objectAt(postprocess, 'map_postprocess');
  return {
    findings,
    document: {
      ...document,
      // A threshold of all categories does not beat that of the chosen one.
      ...(typeof image === 'number' && scoped.threshold === undefined ? { threshold: image } : {}),
      ...scoped,
      ...(category === null ? {} : { category }),
      ...('defects' in document || postprocess !== undefined ? { defects: legacyDefects(document) ?? null } : {}),
      ...(review === undefined ? {} : { prediction: overlay(document.prediction ?? {}, policyOf(review)) }),
      ...(maps === undefined ? {} : { adaptation: overlay(document.adaptation ?? {}, { postprocess: maps }) }),
    },
  };
}

function policyOf({ reject_confidence_below, reject_label }: Json): Json {
  return { reject_confidence_below, reject_label };
}

function chosenCategory(document: Json, wanted?: string): { category: string | null; findings: Finding[] } {
  const own = typeof document.category === 'string' ? document.category : null;
  const names = Object.keys(objectAt(document, 'per_category') ?? {});
  const category = wanted ?? (own === 'all' ? null : own);
  if (names.length === 0) {
    if (wanted === undefined || wanted === own) return { category, findings: [] };
    const message = `expected the category "${wanted}", but the document is of ${own === null ? 'none' : `"${own}"`}`;
    return { category: null, findings: [unknown('category', message, 'leave --infer-category out')] };
  }
  if (category !== null && names.includes(category)) return { category, findings: [] };
  if (category === null && names.length === 1) return { category: names[0], findings: [] };
  const listed = names.slice(0, MOST_NAMES).join(', ') + (names.length > MOST_NAMES ? ', ...' : '');
  const message =
    category === null ? `holds ${names.length} categories (${listed})` : `has no "${category}", only ${listed}`;
  return { category: null, findings: [unknown('per_category', message, 'choose one with --infer-category')] };
}

function unknown(path: string, message: string, fix: string): Finding {
  return error('CATEGORY_UNKNOWN', path, message, fix);
}

function objectAt(holder: unknown, key: string): Json | undefined {
  const value = (holder as Json | undefined)?.[key];
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}
