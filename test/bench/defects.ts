import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '../../src/config/codec.js';
import { DefectsConfig } from '../../src/config/defects.js';
import { findDefects } from '../../src/defects/find-defects.js';
import { componentsOf } from '../../src/defects/labelling/components.js';
import { runsOfBytes } from '../../src/defects/labelling/runs-of-bytes.js';
import { resolveLevels } from '../../src/defects/levels.js';
import { type DeviceMaps } from '../../src/defects/map-stages/device-maps.js';
import { PIPELINES } from '../../src/defects/pipeline.js';
import { DEFECTS_PRESETS } from '../../src/defects/presets.js';
import { roiOf } from '../../src/defects/roi.js';
import { StageRunner } from '../../src/defects/stage-runner.js';
import { type Semantics, type StageContext } from '../../src/defects/stage.js';
import { Random } from '../../src/runtime/random.js';
import { BACKENDS, startRuntime } from '../../src/runtime/start.js';
import { tf } from '../../src/runtime/tf.js';
import { floodFill } from '../support/flood-fill.js';
import { bench } from './harness.js';

const SIZE = { height: 1024, width: 1024 };
const THRESHOLD = 0.5;

interface Scene {
  readonly name: string;
  readonly map: Float32Array;
}

/** Round bumps of 0.6 to 1 on a floor of noise below 0.2; `count` of them, `radius` pixels wide at half height. */
function bumps(count: number, radius: number, { height, width } = SIZE): Scene {
  const random = new Random(count);
  const map = Float32Array.from({ length: height * width }, () => random.uniform(0, 0.2));
  const pitch = Math.sqrt((height * width) / count);
  for (let y = pitch / 2; y < height; y += pitch) {
    for (let x = pitch / 2; x < width; x += pitch) stamp(map, width, height, y, x, radius, random.uniform(0.7, 1));
  }
  return { name: `${count} blobs`, map };
}

function stamp(map: Float32Array, w: number, h: number, cy: number, cx: number, radius: number, peak: number): void {
  for (let y = Math.floor(cy - 2 * radius); y <= cy + 2 * radius; y++) {
    for (let x = Math.floor(cx - 2 * radius); x <= cx + 2 * radius; x++) {
      if (y < 0 || x < 0 || y >= h || x >= w) continue;
      const value = peak * Math.exp((-Math.LN2 * ((x - cx) ** 2 + (y - cy) ** 2)) / radius ** 2);
      map[y * w + x] = Math.max(map[y * w + x], value);
    }
  }
}

function noise(share: number): Scene {
  const random = new Random(1);
  const map = Float32Array.from({ length: SIZE.height * SIZE.width }, () => random.uniform() * (0.5 / (1 - share)));
  return { name: `${share * 100} % noise`, map };
}

const maskOf = ({ map }: Scene) => Uint8Array.from(map, (v) => (v >= THRESHOLD ? 1 : 0));

function configOf(preset: keyof typeof DEFECTS_PRESETS): DefectsConfig {
  return decode(DefectsConfig, DEFECTS_PRESETS[preset], preset);
}

/** Everything after the read-back: runs, labels, statistics, filters, regions, merge, order. */
function hostPart(scene: Scene, mask: Uint8Array, config: DefectsConfig, semantics: Semantics): () => Promise<unknown> {
  const context: StageContext = {
    ...{ config, semantics, size: SIZE, levels: resolveLevels(config, THRESHOLD, semantics) },
    roi: roiOf(config, SIZE),
    drop: () => undefined,
    keepMask: () => undefined,
  };
  const device = {
    threshold: () => undefined,
    readMask: async () => runsOfBytes(mask, SIZE),
    readScores: async () => scene.map,
  } as unknown as DeviceMaps;
  return async () => {
    const runner = new StageRunner(device, context);
    for (const stage of PIPELINES[semantics].mask) if (stage.active(context)) await runner.apply(stage);
    return runner.drafts();
  };
}

async function hostParts(): Promise<void> {
  const rows = [bumps(40, 12), bumps(1521, 4)].map((scene) => {
    const mask = maskOf(scene);
    const config = { ...configOf('industrial-defects-fp40-v2'), max_regions: null, min_area: 0 };
    return {
      label: scene.name,
      contenders: {
        'flood fill': () => floodFill(mask, SIZE, 8),
        'semantics 1': hostPart(scene, mask, config, 1),
        'semantics 2': hostPart(scene, mask, config, 2),
      },
    };
  });
  await bench('CPU part, read-back to ordered regions, 1024 x 1024', rows);
}

async function labelling(): Promise<void> {
  const scenes = [bumps(40, 12), bumps(441, 8), bumps(2601, 4), noise(0.01), noise(0.5)];
  const rows = scenes.map((scene) => {
    const mask = maskOf(scene);
    return {
      label: scene.name,
      contenders: {
        'flood fill': () => floodFill(mask, SIZE, 8),
        imgano: () => componentsOf(runsOfBytes(mask, SIZE), scene.map),
      },
    };
  });
  await bench('Labelling with statistics, 1024 x 1024', rows);
  console.log(opencvTimes(scenes));
}

/** The same masks through `cv2.connectedComponentsWithStats`, where Python has it (`IMGANO_PYTHON` names another one). */
function opencvTimes(scenes: readonly Scene[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'imgano-bench-'));
  scenes.forEach((scene, i) => writeFileSync(join(folder, `${i}.raw`), maskOf(scene)));
  const script = `
import time, sys, statistics
import cv2, numpy as np
for i, name in enumerate(${JSON.stringify(scenes.map(({ name }) => name))}):
    m = np.fromfile(f"${folder}/{i}.raw", np.uint8).reshape(${SIZE.height}, ${SIZE.width})
    t = []
    for _ in range(30):
        s = time.perf_counter(); n = cv2.connectedComponentsWithStats(m, connectivity=8)[0]; t.append(time.perf_counter() - s)
    print(f"  cv2 {cv2.__version__} {name}: {n - 1} components, {statistics.median(t) * 1e3:.2f} ms")
`;
  const python = spawnSync(process.env.IMGANO_PYTHON ?? 'python3', ['-c', script], { encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  return python.status === 0 ? python.stdout : '  cv2 skipped: this Python has no OpenCV';
}

/** What the Python system took for the whole stage on two cores, by the number of components before the filters. */
const PYTHON_MS: Readonly<Record<number, number>> = { 39: 42, 427: 296, 2601: 3113 };

async function wholeStage(): Promise<void> {
  for (const backend of BACKENDS) {
    if ((await startRuntime(backend).catch(() => null)) === null) {
      console.log(`\n${backend}: not on this machine`);
      continue;
    }
    const scenes = [bumps(39, 12), bumps(427, 8), bumps(2601, 4)];
    const maps = scenes.map(({ map }) => tf.tensor2d(map, [SIZE.height, SIZE.width]));
    const rows = scenes.map(({ name }, i) => ({
      label: name,
      contenders: {
        'fp40, semantics 1': () =>
          findDefects(maps[i], {
            config: configOf('industrial-defects-fp40'),
            pixelThreshold: THRESHOLD,
            semantics: 1,
          }),
        'fp40-v2, semantics 2': () =>
          findDefects(maps[i], {
            config: configOf('industrial-defects-fp40-v2'),
            pixelThreshold: THRESHOLD,
            semantics: 2,
          }),
      },
    }));
    const results = await bench(`Whole stage on ${backend}, 1024 x 1024`, rows);
    results.forEach(({ label, medianMs }, i) => {
      const python = Object.values(PYTHON_MS)[i];
      const ratios = Object.entries(medianMs).map(([name, ms]) => `${name} ${(python / ms).toFixed(1)} x`);
      console.log(`  ${label}: the Python system's ${python} ms against ${ratios.join(', ')}`);
    });
    tf.dispose(maps);
  }
}

async function largeMap(): Promise<void> {
  const size = { height: 4096, width: 4096 };
  const scene = bumps(1600, 12, size);
  const map = tf.tensor2d(scene.map, [size.height, size.width]);
  const config = configOf('industrial-defects-fp40-v2');
  const before = process.memoryUsage();
  let most = 0;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5);
  const start = performance.now();
  await findDefects(map, { config, pixelThreshold: THRESHOLD, semantics: 2 });
  const ms = performance.now() - start;
  clearInterval(watch);
  most = Math.max(most, process.memoryUsage().rss);
  console.log(
    `\n4096 x 4096, ${scene.name}: ${ms.toFixed(0)} ms, ${((most - before.rss) / 2 ** 20).toFixed(0)} MB more than before`,
  );
  map.dispose();
}

export default async function run(): Promise<void> {
  await labelling();
  await hostParts();
  await wholeStage();
  await largeMap();
}
