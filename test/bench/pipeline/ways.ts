import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { decode } from '../../../src/config/codec.js';
import { RunConfig } from '../../../src/config/run-config.js';
import { shared } from '../../support/shared.js';
import { built } from './built.js';
import { compareWays, type Way } from './compare-ways.js';
import type { Finding } from './finding.js';
import { writePicture } from './write-picture.js';

/** Pictures of one timing. */
const PICTURES = Number(process.env.IMGANO_BENCH_PICTURES ?? 300);
const ROUNDS = 3;
/** Different pictures; they are walked again and again. */
const FILES = 50;
const INPUT = { height: 256, width: 256 };

const WAYS: Readonly<Record<string, Way>> = {
  'plain loop': { batchSize: 1, workers: 0, ahead: 1 },
  'the default': { batchSize: 1, workers: 0 },
  'batch 8': { batchSize: 8, workers: 0 },
  'batch 8, 2 workers': { batchSize: 8, workers: 2 },
  'plain loop, profiled': { batchSize: 1, workers: 0, ahead: 1, profiled: true },
};

/** PatchCore on the trunk of the reference weights at 256 px with a bank of 10,000 rows, on files of two sizes, in several ways. */
export default async function (): Promise<Finding[]> {
  const weights = shared('weights', 'mobilenet-v1-trunk');
  if (weights === null) {
    console.log('skipped: the trunk of the reference weights is not here');
    return [];
  }
  const { startRuntime } = await built.start();
  const backend = await startRuntime();
  const findings: Finding[] = [];
  for (const side of [256, 1024]) findings.push(...(await compareWithSide(side, dirname(weights), backend)));
  return findings;
}

async function compareWithSide(side: number, weightsFolder: string, backend: string): Promise<Finding[]> {
  const dir = mkdtempSync(join(tmpdir(), 'imgano-bench-'));
  try {
    const files: string[] = [];
    for (let i = 0; i < FILES; i++) files.push(await writePicture(dir, side, i));
    const { trainRun } = await built.train();
    const { openWeightsStore } = await built.weights();
    const { silent } = await built.progress();
    const weights = openWeightsStore({ searchDirs: [weightsFolder] });
    await trainRun(runConfig(files), { out: join(dir, 'run'), weights, progress: silent });
    const { openRun } = await built.open();
    const run = await openRun(join(dir, 'run'), { weights: [weightsFolder] });
    const sources = Array.from({ length: PICTURES }, (_, i) => files[i % FILES]);
    console.log(
      `\nPatchCore, MobileNetV1 trunk, 256 px, bank of 10,000, ${PICTURES} PNG files of ${side} x ${side}, defects, backend ${backend}, ` +
        `${availableParallelism()} cores, load average ${loadavg()[0].toFixed(1)}`,
    );
    const findings = await compareWays(run, sources, WAYS, ROUNDS, `files of ${side} px`);
    await run.dispose();
    return findings;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

function runConfig(files: readonly string[]): RunConfig {
  const manifest = join(dirname(files[0]), 'pictures.jsonl');
  const lines = files.map((path, i) => ({
    image_path: path,
    category: 'bench',
    split: i < 12 ? 'val' : 'train',
    label: 0,
  }));
  writeFileSync(manifest, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  const kwargs = {
    backbone: {
      name: 'tfjs_layers',
      weights: 'mobilenet_v1_1.0_trunk',
      layers: ['conv_pw_5_relu', 'conv_pw_11_relu'],
    },
    resize: { mode: 'stretch', size: INPUT },
    ...{ bank_size: 10_000, coreset_ratio: null, max_bank: null, sampling: 'random' },
  };
  const model = { name: 'vision_patchcore', model_kwargs: kwargs };
  return decode(RunConfig, { dataset: { root: manifest }, model, defects: { enabled: true } }, 'bench');
}
