import { existsSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decode } from '../../config/codec.js';
import { RunConfig } from '../../config/run-config.js';
import { generateDemoData, type DemoKind } from '../../data/synthesis/demo-data.js';
import { DataError } from '../../errors.js';
import { openWeightsStore } from '../../models/weights-store.js';
import type { Progress } from '../../runtime/progress.js';
import { writeReportPage } from '../report/report-page.js';
import { trainRun } from '../train/train-run.js';
import { demoSection } from './demo-section.js';

const KINDS: readonly DemoKind[] = ['woven', 'machined', 'printed'];

/** Enough to hold a dozen out: a threshold from fewer would let one picture in ten of the good ones through. */
const TRAIN_GOOD = 40;

/** Says that a folder was made by the demo and may be replaced by it. */
const MARKER = '.imgano-demo';

export interface DemoOptions {
  readonly out: string;
  readonly seed: number;
  readonly backend?: string;
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

export interface DemoReport {
  readonly page: string;
  readonly backend: string;
  readonly seconds: number;
  readonly kinds: Readonly<
    Record<string, { image_auroc: number | null; pixel_auroc: number | null; aupro: number | null }>
  >;
}

/**
 * The whole line on made-up pictures: generate, train, inspect, evaluate, and write one HTML page.
 *
 * @throws DataError when `out` exists, is not empty, and was not made by an earlier demo
 */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const { out, seed, progress, signal, backend } = options;
  const started = performance.now();
  await emptyFolder(out);
  progress.info(`making pictures in ${join(out, 'data')}`);
  await generateDemoData(join(out, 'data'), { seed, kinds: KINDS, trainGood: TRAIN_GOOD });
  const sections = [];
  const kinds: Record<string, DemoReport['kinds'][string]> = {};
  let used = '';
  for (const kind of KINDS) {
    progress.info(`${kind}: training and inspecting`);
    const data = join(out, 'data', kind);
    const run = join(out, 'runs', kind);
    const config = demoConfig(data, seed);
    const trained = await trainRun(config, { out: run, backend, weights: openWeightsStore(), progress, signal });
    used = trained.backend;
    const { section, evaluation } = await demoSection(
      kind,
      { run, data, results: join(out, 'results', kind) },
      trained,
      options,
    );
    sections.push(section);
    const { image_auroc, pixel_auroc, aupro } = evaluation;
    kinds[kind] = { image_auroc, pixel_auroc, aupro };
  }
  const seconds = Math.round((performance.now() - started) / 100) / 10;
  const page = join(out, 'index.html');
  await writeReportPage(page, {
    title: 'imgano: defects in made-up parts',
    text: 'Each model learned from good pictures alone; its thresholds come from good pictures that it was not fitted on. The defects were planted, so the truth is known to the pixel.',
    sections,
    footer: `Made by imgano demo with seed ${seed} on the ${used} backend in ${seconds} s.`,
  });
  return { page, backend: used, seconds, kinds };
}

function demoConfig(data: string, seed: number): RunConfig {
  const document = {
    seed,
    dataset: { root: data },
    // The page below has the evaluation, with its pictures.
    output: { per_image_jsonl: false },
    model: { name: 'vision_patchcore', model_kwargs: { resize: { mode: 'short_side', pixels: 192, multiple: 32 } } },
    calibration: { holdout_fraction: 0.3 },
    defects: { enabled: true, pixel_normal_quantile: 0.9998, min_area: 12 },
  };
  return decode(RunConfig, document, 'demo');
}

async function emptyFolder(path: string): Promise<void> {
  const held = existsSync(path) ? await readdir(path) : [];
  if (held.length > 0 && !held.includes(MARKER)) {
    throw new DataError(`${path}: the folder is not empty and was not made by the demo; choose another with --out`);
  }
  try {
    await rm(path, { recursive: true, force: true });
    await mkdir(path, { recursive: true });
    await writeFile(join(path, MARKER), 'Made by imgano demo; the next demo replaces this folder.\n');
  } catch (error) {
    throw new DataError(`${path}: the folder cannot be made (${(error as Error).message})`, { cause: error });
  }
}
