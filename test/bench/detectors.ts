import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { decode } from '../../src/config/codec.js';
import { RunConfig } from '../../src/config/run-config.js';
import { encodePng } from '../../src/data/encode.js';
import { Engine } from '../../src/inference/engine.js';
import { loadRun } from '../../src/inference/load-run.js';
import { Run } from '../../src/inference/run.js';
import { openWeightsStore, type WeightsStore } from '../../src/models/weights-store.js';
import { silent } from '../../src/runtime/progress.js';
import { Random } from '../../src/runtime/random.js';
import { startRuntime } from '../../src/runtime/start.js';
import { trainRun } from '../../src/workbench/train/train-run.js';
import { torchManifest } from '../support/golden-pictures.js';
import { shared } from '../support/shared.js';

const PICTURES = 64;
const SIDE = 256;
const ROUNDS = 5;

interface Contest {
  readonly model: string;
  readonly kwargs: Record<string, unknown>;
  /** What the Python system took for the same work on two cores. */
  readonly python: { readonly learnSeconds: number; readonly picturesPerSecond: number };
}

const common = {
  backbone: { name: 'torch', weights: 'golden', layers: ['layer2', 'layer3'] },
  resize: { mode: 'stretch', size: { height: 224, width: 224 } },
  context: 0,
  score_top: 0,
  map_interpolation: 'bicubic',
  map_sigma: 0,
};

/** The settings of the Python system: no neighbourhoods, the ninth neighbour, a coreset measured in the features themselves. */
const CONTESTS: readonly Contest[] = [
  {
    model: 'vision_patchcore',
    kwargs: {
      ...common,
      patch_size: 1,
      coreset_ratio: 0.1,
      coreset_dim: null,
      max_bank: null,
      num_neighbors: 9,
      neighbor_reduce: 'kth',
    },
    python: { learnSeconds: 105, picturesPerSecond: 10 },
  },
  { model: 'vision_padim', kwargs: { ...common, d: 128 }, python: { learnSeconds: 25, picturesPerSecond: 7 } },
];

/**
 * Learning, calibration and inspection from files to regions: 64 good pictures to fit on, the same to calibrate on (the Python system
 * has no others either), 64 to inspect, with maps and defects.
 */
export default async function (): Promise<void> {
  const weights = shared('golden', 'backbones', 'resnet18.safetensors');
  if (weights === null) return console.log('skipped: the ResNet-18 of the reference data is not here');
  const backend = await startRuntime();
  const dir = mkdtempSync(join(tmpdir(), 'imgano-bench-'));
  try {
    const store = openWeightsStore({ manifestDirs: [torchManifest(dir, weights)], searchDirs: [dirname(weights)] });
    await writePictures(join(dir, 'data'));
    for (const contest of CONTESTS) await compete(contest, dir, store, backend);
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function compete({ model, kwargs, python }: Contest, dir: string, weights: WeightsStore, backend: string) {
  const config = decode(
    RunConfig,
    {
      dataset: { root: join(dir, 'data') },
      model: { name: model, model_kwargs: kwargs },
      adaptation: { save_maps: true },
      defects: { enabled: true },
    },
    'bench',
  );
  const out = join(dir, model);
  const { seconds } = await trainRun(config, { out, weights, progress: silent });
  const learned = seconds.fit + seconds.calibrate;
  const loaded = await loadRun(out, weights);
  const run = new Run(new Engine(loaded.detector), loaded.config, loaded.roiMask);
  const rates: number[] = [];
  for (let round = 0; round <= ROUNDS; round++) {
    const start = performance.now();
    let done = 0;
    for await (const { map } of run.inspectAll(join(dir, 'data', 'test', 'good'))) if (map !== null) done += 1;
    if (round > 0) rates.push((1000 * done) / (performance.now() - start)); // the first round compiles
  }
  await run.dispose();
  const rate = rates.sort((a, b) => a - b)[ROUNDS >> 1];
  const { learnSeconds, picturesPerSecond } = python;
  console.log(
    `\n${model}, ResNet-18, ${PICTURES} + ${PICTURES} pictures of ${SIDE} px, backend ${backend}, ${availableParallelism()} cores (load average ${loadavg()[0].toFixed(1)})
  fit ${seconds.fit.toFixed(1)} s, calibrate ${seconds.calibrate.toFixed(1)} s: ${(learnSeconds / learned).toFixed(1)} times as fast as the Python system's ${learnSeconds} s
  inspect ${rate.toFixed(1)} pictures/s (median of ${ROUNDS}): ${(rate / picturesPerSecond).toFixed(1)} times the Python system's ${picturesPerSecond}`,
  );
}

/** Random textures: waves of random direction and colour under noise. */
async function writePictures(root: string): Promise<void> {
  const random = new Random(7);
  for (const split of ['train', 'test', 'val']) mkdirSync(join(root, split, 'good'), { recursive: true });
  for (let i = 0; i < 2 * PICTURES; i++) {
    const file = join(root, i < PICTURES ? 'train' : 'test', 'good', `${String(i).padStart(3, '0')}.png`);
    const data = new Uint8Array(3 * SIDE * SIDE);
    const waves = Array.from({ length: 9 }, () => [
      random.uniform(-0.4, 0.4),
      random.uniform(-0.4, 0.4),
      random.uniform(0, 6),
    ]);
    for (let p = 0; p < data.length; p++) {
      const [y, x] = [Math.floor(p / 3 / SIDE), Math.floor(p / 3) % SIDE];
      const wave = waves.reduce(
        (sum, [fy, fx, phase], k) => sum + (k % 3 === p % 3 ? Math.sin(fy * y + fx * x + phase) : 0),
        0,
      );
      data[p] = Math.max(0, Math.min(255, 128 + 25 * wave + 12 * random.normal()));
    }
    writeFileSync(file, await encodePng({ width: SIDE, height: SIDE, channels: 3, data }));
    if (i < PICTURES) copyFileSync(file, file.replace('train', 'val'));
  }
}
