import { overlay } from './overlay.js';

type Section = Record<string, unknown>;

const ROI_KEYS = ['roi_xyxy_norm', 'roi_rectangles_norm', 'roi_polygon_norm', 'roi_mask_path'];

/**
 * Lays keys of a `defects` section, from flags or a preset, over another one. Beside what `overlay` does: a region of
 * interest replaces one of another kind, because there can be one only, and the other name of the shape filters is
 * brought to the usual one, so that single filters can be laid over it.
 */
export function layDefects(under: unknown, above: Section | undefined): unknown {
  if (above === undefined) return under;
  const over = withUsualName(above) as Section;
  const given = ROI_KEYS.filter((key) => over[key] !== undefined && over[key] !== null);
  const cleared = given.length === 0 ? {} : Object.fromEntries(ROI_KEYS.map((key) => [key, null]));
  const laid = over.shape_filters === undefined ? under : withUsualName(under);
  return overlay(overlay(laid, cleared), over);
}

function withUsualName(section: unknown): unknown {
  const { region_filters: alias, ...rest } = (section ?? {}) as Section;
  if (typeof alias !== 'object' || alias === null || rest.shape_filters !== undefined) return section;
  return { ...rest, shape_filters: (alias as Section).shape };
}
