import type { MapPostprocess } from '../config/map-postprocess.js';
import type { Size } from '../config/size.js';
import { bytesOfRuns } from '../defects/labelling/bytes-of-runs.js';
import { componentsOf } from '../defects/labelling/components.js';
import { runsOfScores } from '../defects/labelling/runs-of-scores.js';
import { selectComponents } from '../defects/labelling/select-components.js';
import { gaussianBlur } from '../ops/gaussian.js';
import { dilate, erode } from '../ops/morphology.js';
import { ellipseElement } from '../ops/structuring-element.js';
import { tf, type Tensor2D, type Tensor3D } from '../runtime/tf.js';
import { quantile } from './thresholds/quantile.js';

const LEAST_RANGE = 1e-8;

/**
 * What a config of schema_version 1 does to the map of every picture before the defects stages: normalise it, blur it, open and close it in 256
 * levels, and keep only what belongs to large enough components.
 *
 * @param map `[h, w]`, borrowed
 * @returns `[h, w]`, owned by the caller
 */
export async function postprocessMap(map: Tensor2D, rule: MapPostprocess): Promise<Tensor2D> {
  const range = await rangeOf(map, rule);
  const shaped = tf.tidy(() => {
    const scaled = range === null ? map : normalised(map, range, rule.normalize_method === 'percentile');
    const { gaussian_sigma: sigma, morph_open_ksize: open, morph_close_ksize: close } = rule;
    let out = scaled.expandDims<Tensor3D>(0);
    if (sigma > 0) out = gaussianBlur(out, { ksize: 0, sigma });
    if (open > 1) out = inLevels(out, (levels) => dilate(erode(levels, ellipseElement(open)), ellipseElement(open)));
    if (close > 1) out = inLevels(out, (levels) => erode(dilate(levels, ellipseElement(close)), ellipseElement(close)));
    return out.squeeze<Tensor2D>([0]);
  });
  if (rule.component_threshold === null) return shaped;
  try {
    return await withoutSmallComponents(shaped, rule.component_threshold, rule.min_component_area);
  } finally {
    shaped.dispose();
  }
}

type Range = readonly [number, number];

async function rangeOf(
  map: Tensor2D,
  { normalize, normalize_method, percentile_range }: MapPostprocess,
): Promise<Range | null> {
  if (!normalize || normalize_method === 'none') return null;
  const sorted = (await map.data<'float32'>()).slice().sort();
  if (normalize_method === 'minmax') return [sorted[0], sorted[sorted.length - 1]];
  const [low, high] = percentile_range;
  return [quantile(sorted, low / 100), quantile(sorted, high / 100)];
}

function normalised(map: Tensor2D, [low, high]: Range, clip: boolean): Tensor2D {
  const scaled: Tensor2D = tf.div(tf.sub(map, low), Math.max(high - low, LEAST_RANGE));
  return clip ? tf.clipByValue(scaled, 0, 1) : scaled;
}

/** Morphology on whole grey levels, cut off and not rounded, as an 8-bit library does it. */
function inLevels(maps: Tensor3D, change: (levels: Tensor3D) => Tensor3D): Tensor3D {
  const levels = tf.clipByValue(maps.mul<Tensor3D>(255), 0, 255);
  return tf.div(change(tf.floor(levels)), 255);
}

async function withoutSmallComponents(map: Tensor2D, threshold: number, least: number): Promise<Tensor2D> {
  const [height, width] = map.shape;
  const size: Size = { height, width };
  const values = await map.data<'float32'>();
  const components = componentsOf(runsOfScores(values, Math.fround(threshold), size), values);
  if (components.count === 0) return map.clone();
  const keep = Uint8Array.from(components.area, (area) => (area >= least ? 1 : 0));
  const mask = bytesOfRuns(selectComponents(components, keep).runs);
  return tf.tidy(() => map.mul<Tensor2D>(tf.tensor2d(Float32Array.from(mask), [height, width])));
}
