import type { FitContext, FitSource } from '../detector.js';
import type { Learned } from '../maps/map-detector.js';
import type { PictureShape } from '../maps/walk-pictures.js';
import { chooseTemplates } from './choose-templates.js';

/** The chosen training pictures as one learned array: `templates`, `[count, h, w, c]`. */
export async function learnTemplates(
  source: FitSource,
  context: FitContext,
  shape: PictureShape,
  count: number,
): Promise<Learned> {
  const templates = await chooseTemplates(source, context, shape, count);
  const data = new Float32Array(templates.length * templates[0].length);
  templates.forEach((template, i) => data.set(template, i * template.length));
  return { templates: { shape: [templates.length, ...shape], data } };
}
