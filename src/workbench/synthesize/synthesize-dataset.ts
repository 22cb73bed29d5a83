import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { decodeMask } from '../../data/decode-mask.js';
import { openDataset, type DatasetItem } from '../../data/dataset.js';
import { encodePng } from '../../data/encode.js';
import { fileTrouble } from '../../data/file-trouble.js';
import { makeFolder } from '../../data/make-folder.js';
import type { Picture } from '../../data/picture.js';
import type { Blend } from '../../data/synthesis/anomalies/blend-painting.js';
import { readDefectBank } from '../../data/synthesis/anomalies/defect-bank.js';
import type { Painter } from '../../data/synthesis/anomalies/painting.js';
import { pasteBanked } from '../../data/synthesis/anomalies/paste-banked.js';
import { PRESETS } from '../../data/synthesis/anomalies/presets.js';
import { isGray, synthesizeAnomaly, type AnomalyRule } from '../../data/synthesis/anomalies/synthesize-anomaly.js';
import { writeFileWhole } from '../../data/write-whole.js';
import { DataError } from '../../errors.js';
import type { Progress } from '../../runtime/progress.js';
import { Random } from '../../runtime/random.js';
import { contactSheet, thumbnail, type Thumbnail } from './contact-sheet.js';
import { requireGoingOn } from '../require-going-on.js';
import { planSplits, type SplitCounts } from './plan-splits.js';
import { countsOf, parseMixture } from './preset-mixture.js';

export interface SynthesizeOptions {
  /** A folder of good pictures, the layout of MVTec AD, or a manifest; what is defective there is not used. */
  readonly input: string;
  /** A folder that is empty or not there yet. */
  readonly out: string;
  /** As `parseMixture` reads it. */
  readonly presets: string;
  /** A folder of real defects, which is then a preset `bank`. */
  readonly bank?: string;
  readonly blend: Blend;
  readonly alpha: number;
  readonly severity: readonly [number, number];
  readonly defects: readonly [number, number];
  /** A mask of where defects may be; it is scaled to every picture. */
  readonly roi?: string;
  readonly tries: number;
  readonly counts: SplitCounts;
  readonly category?: string;
  readonly seed: number;
  /** A PNG with the first pictures and the outlines of their masks. */
  readonly preview?: { readonly path: string; readonly count: number; readonly columns: number };
  readonly progress: Progress;
  readonly signal?: AbortSignal;
}

export interface SynthesizeReport {
  readonly out: string;
  readonly manifest: string;
  readonly train: number;
  readonly test_good: number;
  readonly test_anomaly: Readonly<Record<string, number>>;
  /** Pictures in which no defect could be seen after all tries. */
  readonly skipped: number;
  readonly preview: string | null;
}

const THUMBNAIL = 192;

/**
 * Writes a data set in the layout of MVTec AD with made-up defects: `train/good`, `test/good`, `test/PRESET`, `ground_truth/PRESET` and
 * `manifest.jsonl`. No picture is in two of them. Equal options give equal bytes.
 *
 * @throws ConfigError for a wrong mixture
 * @throws DataError when there are too few pictures, a file cannot be read or written, or no defect can be seen
 * @throws InterruptedError when stopped; what was written by then stays
 */
export async function synthesizeDataset(options: SynthesizeOptions): Promise<SynthesizeReport> {
  const { input, out, bank, counts, seed, progress, signal, preview } = options;
  const painters = await paintersOf(bank);
  const shares = parseMixture(options.presets, Object.keys(painters));
  const random = new Random(seed);
  const splits = planSplits(await openDataset(input), counts, random.fork('splits'), input);
  await requireEmpty(out);
  const category = options.category ?? basename(resolve(out));
  const wanted = countsOf(shares, counts.testAnomaly ?? splits.hosts.length);
  const rows: object[] = [];
  const seen: Record<string, number> = {};
  const sheet: Thumbnail[] = [];
  let skipped = 0;
  let done = 0;
  progress.start('making pictures', splits.train.length + splits.testGood.length + wanted.reduce((a, b) => a + b, 0));
  try {
    await writeGood('train', splits.train);
    await writeGood('test', splits.testGood);
    let turn = 0;
    for (const [k, { preset }] of shares.entries()) {
      for (let i = 0; i < wanted[k]; i++) {
        if (await writeBad(preset, i, splits.hosts[turn++ % splits.hosts.length]))
          seen[preset] = (seen[preset] ?? 0) + 1;
        else skipped++;
      }
    }
  } finally {
    progress.stop();
  }
  if (turnedOut() === 0 && skipped > 0) {
    throw new DataError(
      `${input}: no defect could be seen after ${options.tries} tries each; raise the severity or widen the ROI`,
    );
  }
  if (skipped > 0)
    progress.warn(`${skipped} pictures were left out: no defect could be seen in them after ${options.tries} tries`);
  const manifest = join(out, 'manifest.jsonl');
  await writeFileWhole(manifest, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  if (preview !== undefined && sheet.length > 0)
    await writeFileWhole(preview.path, await contactSheet(sheet, preview.columns));
  return {
    out,
    manifest,
    train: splits.train.length,
    test_good: splits.testGood.length,
    test_anomaly: seen,
    skipped,
    preview: preview === undefined || sheet.length === 0 ? null : preview.path,
  };

  function turnedOut(): number {
    return Object.values(seen).reduce((a, b) => a + b, 0);
  }

  async function writeGood(split: 'train' | 'test', items: readonly DatasetItem[]): Promise<void> {
    const folder = join(split, 'good');
    await makeFolder(join(out, folder));
    for (const [i, item] of items.entries()) {
      requireGoingOn(signal);
      const picture = await item.source.decode();
      const path = join(folder, numbered(i));
      await writePicture(join(out, path), picture, isGray(picture));
      rows.push(rowOf(item, path, split, 0, null, {}));
      progress.update(++done);
    }
  }

  async function writeBad(preset: string, i: number, host: DatasetItem): Promise<boolean> {
    requireGoingOn(signal);
    const picture = await host.source.decode();
    const { blend, alpha, severity, defects, tries } = options;
    const roi = options.roi === undefined ? null : await roiFor(options.roi, picture);
    const rule: AnomalyRule = { preset, painter: painters[preset], blend, alpha, severity, defects, tries, roi };
    const draw = random.fork(`${preset} ${i}`);
    const made = synthesizeAnomaly(picture, rule, draw);
    progress.update(++done);
    if (made === null) return false;
    const [path, maskPath] = [
      join('test', preset, numbered(i)),
      join('ground_truth', preset, numbered(i).replace('.png', '_mask.png')),
    ];
    await makeFolder(join(out, 'test', preset));
    await makeFolder(join(out, 'ground_truth', preset));
    await writePicture(join(out, path), made.picture, isGray(picture));
    const levels = made.mask.map((value) => 255 * value);
    await writeFileWhole(join(out, maskPath), await encodePng({ ...sizeOf(picture), channels: 1, data: levels }));
    rows.push(
      rowOf(host, path, 'test', 1, maskPath, { defect: preset, blend, alpha, seed: draw.seed, defects: made.defects }),
    );
    if (preview !== undefined && sheet.length < preview.count)
      sheet.push(thumbnail(made.picture, made.mask, THUMBNAIL));
    return true;
  }

  function rowOf(
    item: DatasetItem,
    path: string,
    split: string,
    label: 0 | 1,
    mask: string | null,
    meta: object,
  ): object {
    return {
      image_path: path,
      category,
      split,
      label,
      ...(mask === null ? {} : { mask_path: mask }),
      meta: { source: item.source.name, ...(item.group === null ? {} : { source_group: item.group }), ...meta },
    };
  }
}

async function paintersOf(bank: string | undefined): Promise<Readonly<Record<string, Painter>>> {
  return bank === undefined ? PRESETS : { ...PRESETS, bank: pasteBanked(await readDefectBank(bank)) };
}

async function roiFor(path: string, picture: Picture) {
  const roi = await decodeMask(path, { size: sizeOf(picture), resize: true });
  if (!roi.data.includes(1)) throw new DataError(`${path}: the region of interest is empty; mark where defects may be`);
  return roi;
}

const numbered = (i: number) => `${String(i).padStart(3, '0')}.png`;
const sizeOf = ({ height, width }: Picture) => ({ height, width });

async function writePicture(path: string, picture: Picture, gray: boolean): Promise<void> {
  const data = gray ? picture.rgb.filter((_, i) => i % 3 === 0) : picture.rgb;
  await writeFileWhole(path, await encodePng({ ...sizeOf(picture), channels: gray ? 1 : 3, data }));
}

async function requireEmpty(out: string): Promise<void> {
  const held = await readdir(out).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new DataError(`${out}: cannot be written to, because ${fileTrouble(error)}`, { cause: error });
  });
  if (held.length > 0) throw new DataError(`${out}: the folder is not empty; choose another with --out`);
}
