import { existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { decode } from '../../src/config/codec.js';
import { RunConfig } from '../../src/config/run-config.js';
import { PRESETS } from '../../src/data/synthesis/anomalies/presets.js';
import { generateDemoData, type DemoKind } from '../../src/data/synthesis/demo-data.js';
import { openRun } from '../../src/inference/open-run.js';
import { findModel } from '../../src/models/registry.js';
import { openWeightsStore } from '../../src/models/weights-store.js';
import { silent } from '../../src/runtime/progress.js';
import { evaluateRun } from '../../src/workbench/evaluate/evaluate-run.js';
import { synthesizeDataset } from '../../src/workbench/synthesize/synthesize-dataset.js';
import { trainRun } from '../../src/workbench/train/train-run.js';
import { shared } from '../support/shared.js';
import { PROTOCOLS } from './protocols/trained-models.js';

const SEED = 0;
const KINDS: readonly DemoKind[] = ['woven', 'machined', 'printed'];
const WANTED = process.env.IMGANO_BENCH_SETS?.split(',');
const isWanted = (title: string) => WANTED?.includes(title) ?? true;
/** Good pictures of a kind, and the share of them that the threshold is read from, as in `imgano demo`. */
const [TRAIN_GOOD, HOLDOUT] = [40, 0.3];
/** Test pictures, good and bad: the demo's 12 of each leave an AUROC of .8 within .1 either way. */
const TESTED = 40;
/** A training that changes nothing: what the model is worth before it. */
const UNTRAINED = { epochs: 1, max_steps: 1, lr: 1e-12, weight_decay: 0, warmup_epochs: 0, ema_decay: null };

interface Dataset {
  readonly root: string;
  readonly defects_dir: string | null;
}

interface Figures {
  readonly auroc: number | null;
  readonly aupro: number | null;
  readonly seconds: number;
  readonly backend: string;
}

/**
 * Trains models by their protocols on the demo's three kinds, and on the magnetic tiles where those are at hand, and prints image AUROC and
 * AUPRO, the same of the untrained model, and the seconds of the fit, as rows of a Markdown table.
 *
 * @param names models; none = all that have a protocol. `IMGANO_BENCH_SETS=woven,magnetic-tile` narrows the pictures
 */
export default async function (names: readonly string[]): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'imgano-bench-'));
  try {
    const kinds = KINDS.filter(isWanted);
    const counts = { trainGood: TRAIN_GOOD, testGood: TESTED, testBad: TESTED };
    if (kinds.length > 0) await generateDemoData(work, { seed: SEED, kinds, ...counts });
    console.log('| model | pictures | image AUROC | AUPRO | untrained AUROC | untrained AUPRO | fit |');
    console.log('| --- | --- | --- | --- | --- | --- | --- |');
    for (const name of names.length > 0 ? names : Object.keys(PROTOCOLS)) await compete(name, work);
  } finally {
    rmSync(work, { recursive: true });
  }
}

async function compete(name: string, work: string): Promise<void> {
  const protocol = PROTOCOLS[name];
  if (protocol === undefined) throw new Error(`${name} has no protocol in test/bench/protocols/trained-models.ts`);
  const tiles = shared('data', 'magnetic-tile');
  const sets = [
    ...KINDS.map((kind) => ({ title: kind as string, root: join(work, kind), kwargs: protocol.kwargs })),
    ...(tiles === null
      ? []
      : [{ title: 'magnetic-tile', root: tiles, kwargs: { ...protocol.kwargs, ...protocol.tiles } }]),
  ];
  const model = protocol.model ?? name;
  const trains = 'training' in (decode(findModel(model).params, {}, name) as object);
  for (const { title, root, kwargs } of sets.filter((set) => isWanted(set.title))) {
    const defects_dir = protocol.defects === true ? await madeUpDefects(root, work) : null;
    const untrained = { ...kwargs, training: { ...(kwargs.training as object), ...UNTRAINED } };
    const dataset = { root, defects_dir };
    const trained = await figuresOf(model, dataset, kwargs, work);
    const before = trains ? await figuresOf(model, dataset, untrained, work) : null;
    const fit = `${trained.seconds.toFixed(0)} s (${trained.backend}, ${availableParallelism()} cores)`;
    const cells = [trained.auroc, trained.aupro, before?.auroc, before?.aupro].map((v) => v?.toFixed(3) ?? '-');
    console.log(`| ${[name, title, ...cells, fit].join(' | ')} |`);
  }
}

/** Labelled defects that no test picture has anything to do with, in the layout of `--defects-dir`. */
async function madeUpDefects(root: string, work: string): Promise<string> {
  const [made, out] = [join(work, 'made'), join(work, 'defects')];
  [made, out].forEach((dir) => rmSync(dir, { recursive: true, force: true }));
  await synthesizeDataset({
    ...{ input: join(root, 'train', 'good'), out: made, presets: 'all', seed: SEED, progress: silent },
    ...{ blend: 'alpha', alpha: 0.9, severity: [0.5, 1], defects: [1, 2], tries: 5 },
    counts: { train: 0, testGood: 0, testAnomaly: Object.keys(PRESETS).length },
  });
  renameSync(join(made, 'test'), out);
  rmSync(join(out, 'good'), { recursive: true });
  renameSync(join(made, 'ground_truth'), join(out, 'ground_truth'));
  return out;
}

async function figuresOf(name: string, dataset: Dataset, model_kwargs: object, work: string): Promise<Figures> {
  const document = {
    seed: SEED,
    dataset,
    model: { name, model_kwargs },
    calibration: { holdout_fraction: HOLDOUT },
  };
  const out = join(work, 'run');
  const weights = openWeightsStore({ searchDirs: trunkFolder() });
  const { seconds, backend } = await trainRun(decode(RunConfig, document, name), { out, weights, progress: silent });
  const run = await openRun(out, { weights: trunkFolder() });
  try {
    const { image_auroc, aupro } = await evaluateRun(run, dataset.root, { progress: silent });
    return { auroc: image_auroc, aupro, seconds: seconds.fit, backend };
  } finally {
    await run.dispose();
    rmSync(out, { recursive: true });
  }
}

/** Where the pretrained trunk lies, for models whose protocol asks for it. */
function trunkFolder(): string[] {
  const model = shared('weights', 'mobilenet-v1-trunk', 'model.json');
  return model !== null && existsSync(model) ? [dirname(model)] : [];
}
