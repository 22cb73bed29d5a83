/**
 * Makes the pictures of docs/defects.md: for every control a made-up part, left without the control and right with it.
 * A model learns from good pictures, its maps go through the defects stages twice, and of all test pictures the one where the control
 * changes most is shown. Run it with: node --import tsx scripts/defects-pictures.ts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import sharp from 'sharp';
import { decode } from '../src/config/codec.js';
import { DefectsConfig } from '../src/config/defects.js';
import { RunConfig } from '../src/config/run-config.js';
import type { Picture } from '../src/data/picture.js';
import { generateDemoData, type DemoKind } from '../src/data/synthesis/demo-data.js';
import { findDefects, type DefectsResult } from '../src/defects/find-defects.js';
import type { AnomalyMap } from '../src/inference/engine.js';
import { openRun } from '../src/inference/open-run.js';
import { renderOverlay } from '../src/inference/sinks/overlay.js';
import { openWeightsStore } from '../src/models/weights-store.js';
import { silent } from '../src/runtime/progress.js';
import { tf } from '../src/runtime/tf.js';
import { trainRun } from '../src/workbench/train/train-run.js';

/** Side of the pictures in pixels. */
const SIZE = 192;

interface Scene {
  readonly name: string;
  readonly kind: DemoKind;
  readonly model: { readonly name: string; readonly model_kwargs: object };
  /** The threshold, as a multiple of the calibrated one. */
  readonly threshold: number;
  readonly before?: object;
  readonly after: object;
  /** How many times what was found is enlarged; the whole picture otherwise. */
  readonly zoom?: number;
  /** Draws the boxes of the regions too. */
  readonly boxes?: boolean;
  /** How well a picture shows what the control does. */
  readonly shows: (before: DefectsResult, after: DefectsResult) => number;
}

interface Shown {
  readonly picture: Picture;
  readonly map: AnomalyMap;
}

/** Most regions gone, few left. */
const fewer = (before: DefectsResult, after: DefectsResult) =>
  after.regions.length === 0 ? 0 : (before.regions.length - after.regions.length) / (2 + after.regions.length);
/** Most pixels more, for the size of what was there. */
const larger = (before: DefectsResult, after: DefectsResult) =>
  before.regions.length === 0 || before.regions.length > 20 ? 0 : (area(after) - area(before)) / (50 + area(before));

/** Smooth maps of patches, and fine ones of single pixels: each control is shown on a map that needs it. */
const PATCHES = {
  name: 'vision_patchcore',
  model_kwargs: { resize: { mode: 'short_side', pixels: 192, multiple: 32 } },
};
const PIXELS = { name: 'vision_pixel_gaussian_map', model_kwargs: { resize_hw: { height: SIZE, width: SIZE } } };

const SCENES: readonly Scene[] = [
  {
    name: 'smoothing',
    kind: 'printed',
    model: PIXELS,
    threshold: 0.7,
    after: { map_smoothing: { method: 'median', ksize: 5 } },
    shows: fewer,
  },
  { name: 'border', kind: 'printed', model: PATCHES, threshold: 0.75, after: { border_ignore_px: 12 }, shows: fewer },
  {
    name: 'roi',
    kind: 'machined',
    model: PATCHES,
    threshold: 0.75,
    after: { roi_polygon_norm: ring(0.44) },
    shows: fewer,
  },
  {
    name: 'hysteresis',
    kind: 'woven',
    model: PATCHES,
    threshold: 0.8,
    after: { score_levels: 'relative', hysteresis: { enabled: true, low: 1, high: 1.4 } },
    shows: fewer,
  },
  { name: 'open', kind: 'printed', model: PIXELS, threshold: 0.7, after: { open_ksize: 3 }, shows: fewer },
  { name: 'close', kind: 'woven', model: PIXELS, threshold: 1.3, after: { close_ksize: 7 }, shows: fewer, zoom: 2 },
  {
    name: 'fill-holes',
    kind: 'woven',
    model: PIXELS,
    threshold: 1,
    before: { close_ksize: 3 },
    after: { fill_holes: true },
    shows: larger,
    zoom: 3,
  },
  {
    name: 'dilate',
    kind: 'printed',
    model: PIXELS,
    threshold: 0.8,
    before: { map_smoothing: { method: 'median', ksize: 3 } },
    after: { mask_dilate_ksize: 7 },
    shows: larger,
    zoom: 2,
  },
  { name: 'min-area', kind: 'printed', model: PIXELS, threshold: 0.7, after: { min_area: 30 }, shows: fewer },
  {
    name: 'min-score',
    kind: 'machined',
    model: PATCHES,
    threshold: 0.8,
    after: { score_levels: 'relative', min_score_max: 1.4 },
    shows: fewer,
  },
  {
    name: 'shape',
    kind: 'printed',
    model: PIXELS,
    threshold: 0.7,
    before: { min_area: 6 },
    after: { shape_filters: { max_aspect_ratio: 3 } },
    shows: fewer,
  },
  {
    name: 'merge',
    kind: 'woven',
    model: PIXELS,
    threshold: 1.3,
    before: { min_area: 4 },
    after: { merge_nearby: { enabled: true, max_gap_px: 8, distance: 'pixels' } },
    shows: fewer,
    zoom: 2,
    boxes: true,
  },
  { name: 'max-regions', kind: 'printed', model: PATCHES, threshold: 0.75, after: { max_regions: 2 }, shows: fewer },
];

/** White pixels between the two halves. */
const GAP = 8;
const out = resolve(import.meta.dirname, '../docs/images');
const work = mkdtempSync(join(tmpdir(), 'imgano-pictures-'));
try {
  const kinds = [...new Set(SCENES.map(({ kind }) => kind))];
  await generateDemoData(join(work, 'data'), { seed: 4, size: SIZE, kinds });
  for (const kind of kinds) {
    for (const model of [PATCHES, PIXELS]) {
      const scenes = SCENES.filter((scene) => scene.kind === kind && scene.model === model);
      if (scenes.length === 0) continue;
      const { pictures, threshold } = await inspected(kind, model);
      for (const scene of scenes) console.log(await draw(scene, pictures, threshold * scene.threshold));
    }
  }
} finally {
  rmSync(work, { recursive: true, force: true });
}

/** The maps of the test pictures with defects, and the pixel threshold. */
async function inspected(kind: DemoKind, model: Scene['model']): Promise<{ pictures: Shown[]; threshold: number }> {
  const document = {
    dataset: { root: join(work, 'data', kind) },
    model,
    defects: { pixel_normal_quantile: 0.9995 },
  };
  const weights = openWeightsStore();
  const path = join(work, 'runs', kind, model.name);
  await trainRun(decode(RunConfig, document, kind), { out: path, weights, progress: silent });
  const run = await openRun(path);
  const pictures: Shown[] = [];
  for await (const { picture, map } of run.inspectAll(join(work, 'data', kind, 'test'), { maps: true })) {
    if (picture !== null && map !== null && !picture.source.includes('good')) pictures.push({ picture, map });
  }
  await run.dispose();
  return { pictures, threshold: run.info.pixelThreshold! };
}

/** Draws the picture that shows most; gives a line about it. */
async function draw(scene: Scene, pictures: readonly Shown[], threshold: number): Promise<string> {
  let best: { shown: Shown; before: DefectsResult; after: DefectsResult; value: number } | null = null;
  for (const shown of pictures) {
    const before = await find(shown.map, scene.before ?? {}, threshold);
    const after = await find(shown.map, { ...scene.before, ...scene.after }, threshold);
    const value = scene.shows(before, after);
    if (best === null || value > best.value) best = { shown, before, after, value };
  }
  const { shown, before, after, value } = best!;
  const view = { zoom: scene.zoom ?? 1, boxes: scene.boxes ?? false, centre: before.regions[0].centroid_xy };
  const bytes = await sideBySide([panel(shown, before, threshold, view), panel(shown, after, threshold, view)]);
  await writeFile(join(out, `defects-${scene.name}.png`), bytes);
  const counts = `${before.regions.length} -> ${after.regions.length} regions, ${area(before)} -> ${area(after)} pixels`;
  return `${scene.name}: ${counts} (${value}), ${Math.ceil(bytes.length / 1024)} kB, ${shown.picture.source.split('/').slice(-3).join('/')}`;
}

async function find(map: AnomalyMap, keys: object, pixelThreshold: number): Promise<DefectsResult> {
  const tensor = tf.tensor2d(map.data, [map.height, map.width]);
  const config = decode(DefectsConfig, keys, 'scene');
  return findDefects(tensor, { config, pixelThreshold, semantics: 2 }).finally(() => tensor.dispose());
}

function area({ regions }: DefectsResult): number {
  return regions.reduce((sum, region) => sum + region.area, 0);
}

interface View {
  readonly zoom: number;
  readonly boxes: boolean;
  readonly centre: readonly [number, number];
}

/** The overlay of the picture, or an enlarged square of it, `SIZE` pixels wide. */
function panel({ picture, map }: Shown, { mask, regions }: DefectsResult, threshold: number, view: View): Buffer {
  const overlay = renderOverlay({ picture, map, mask, threshold });
  if (view.boxes) for (const { bbox_xyxy } of regions) drawBox(overlay, bbox_xyxy);
  const side = Math.floor(SIZE / view.zoom);
  const [left, top] = view.centre.map((c) => Math.max(0, Math.min(SIZE - side, Math.round(c - side / 2))));
  const out = Buffer.alloc(SIZE * SIZE * 3);
  for (let y = 0; y < SIZE; y++) {
    for (let x = 0; x < SIZE; x++) {
      const row = top + Math.min(side - 1, Math.floor(y / view.zoom));
      const from = (row * overlay.width + left + Math.min(side - 1, Math.floor(x / view.zoom))) * 3;
      out.set(overlay.data.subarray(from, from + 3), (y * SIZE + x) * 3);
    }
  }
  return out;
}

/** A white frame just outside a box. */
function drawBox({ data, width }: { data: Uint8Array; width: number }, [x1, y1, x2, y2]: readonly number[]): void {
  for (let y = y1 - 2; y <= y2 + 2; y++) {
    for (let x = x1 - 2; x <= x2 + 2; x++) {
      const onFrame = y === y1 - 2 || y === y2 + 2 || x === x1 - 2 || x === x2 + 2;
      const at = (y * width + x) * 3;
      if (onFrame && x >= 0 && y >= 0 && x < SIZE && y < SIZE) data.fill(255, at, at + 3);
    }
  }
}

async function sideBySide(panels: readonly Buffer[]): Promise<Buffer> {
  const raw = { width: SIZE, height: SIZE, channels: 3 as const };
  const layers = panels.map((input, i) => ({ input, raw, left: i * (SIZE + GAP), top: 0 }));
  const canvas = { width: 2 * SIZE + GAP, height: SIZE, channels: 3 as const, background: '#ffffff' };
  // 28 colours keep the files small; nothing that the pictures show needs more.
  return sharp({ create: canvas })
    .composite(layers)
    .png({ palette: true, colours: 28, dither: 0, effort: 10 })
    .toBuffer();
}

/** A regular polygon around the centre, in shares of the picture. */
function ring(radius: number): [number, number][] {
  return Array.from({ length: 16 }, (_, i) => {
    const angle = (Math.PI * (2 * i + 1)) / 16;
    return [0.5 + radius * Math.cos(angle), 0.5 + radius * Math.sin(angle)];
  });
}
