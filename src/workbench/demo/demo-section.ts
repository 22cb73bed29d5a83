import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DatasetItem } from '../../data/dataset.js';
import { encodePng } from '../../data/encode.js';
import { openRun } from '../../inference/open-run.js';
import type { Inspection } from '../../inference/run.js';
import { JsonlFile } from '../../inference/sinks/jsonl.js';
import { renderOverlay } from '../../inference/sinks/overlay.js';
import { saveArtifacts } from '../../inference/sinks/save-artifacts.js';
import { makeFolders } from '../../inference/write-inspections.js';
import type { Progress } from '../../runtime/progress.js';
import { evaluateRun, type EvaluationReport } from '../evaluate/evaluate-run.js';
import type { ReportSection } from '../report/section.js';
import type { TrainReport } from '../train/train-run.js';

interface Folders {
  readonly run: string;
  readonly data: string;
  readonly results: string;
}

type Item = ReportSection['gallery'][number];
type Mask = { height: number; width: number; data: Uint8Array };

/** Good pictures of a gallery that shows all defects. */
const GOOD_SHOWN = 4;

/** Inspects the test pictures of one kind with its trained run; writes the results and gives them as a section. */
export async function demoSection(
  title: string,
  folders: Folders,
  trained: TrainReport,
  options: { backend?: string; progress: Progress; signal?: AbortSignal },
): Promise<{ section: ReportSection; evaluation: EvaluationReport }> {
  const run = await openRun(folders.run, { backend: options.backend });
  const threshold = run.info.pixelThreshold ?? 0;
  const artifacts = { masks: join(folders.results, 'masks'), overlays: join(folders.results, 'overlays') };
  await mkdir(folders.results, { recursive: true });
  await makeFolders(artifacts);
  const sink = new JsonlFile(join(folders.results, 'records.jsonl'));
  const results: ReportSection['results'][number][] = [];
  const gallery: Item[] = [];
  try {
    const evaluation = await evaluateRun(run, folders.data, {
      ...options,
      defects: true,
      onInspection: async (item, inspection, truth) => {
        sink.write(await saveArtifacts(inspection, artifacts, threshold));
        const shown = await galleryItem(item, inspection, truth, threshold);
        results.push({ score: shown.score, label: item.label, defect: item.defect });
        const goodSoFar = gallery.filter(({ label }) => label === 0).length;
        if (item.label === 1 || goodSoFar < GOOD_SHOWN) gallery.push(shown);
      },
    });
    const section = { ...sectionOf(title, evaluation, trained), results, gallery };
    return { section, evaluation };
  } finally {
    sink.close();
    await run.dispose();
  }
}

function sectionOf(
  title: string,
  evaluation: EvaluationReport,
  trained: TrainReport,
): Omit<ReportSection, 'results' | 'gallery'> {
  return {
    title,
    settings: [
      { name: 'model', value: evaluation.model },
      { name: 'good pictures fitted on / held out', value: `${trained.train_count} / ${trained.calibration_count}` },
      { name: 'image threshold', value: trained.threshold.toPrecision(5) },
      { name: 'pixel threshold', value: trained.pixel_threshold?.toPrecision(5) ?? 'none' },
      { name: 'fit / calibrate', value: `${trained.seconds.fit} s / ${trained.seconds.calibrate} s` },
    ],
    metrics: [
      { name: 'image AUROC', value: evaluation.image_auroc },
      { name: 'image F1 at the threshold', value: evaluation.image_f1 },
      { name: 'pixel AUROC', value: evaluation.pixel_auroc },
      { name: 'AUPRO', value: evaluation.aupro, note: 'up to a false positive rate of 0.3' },
    ],
    threshold: evaluation.threshold,
  };
}

async function galleryItem(
  item: DatasetItem,
  inspection: Inspection,
  truth: Uint8Array | null,
  threshold: number,
): Promise<Item> {
  const { record, picture, map, mask } = inspection;
  if ('error' in record || picture === null || map === null) throw new Error('the demo inspects whole pictures only');
  const { height, width } = picture;
  const regions = record.defects?.regions ?? [];
  const data = picture.rgb instanceof Uint8Array ? picture.rgb : Uint8Array.from(picture.rgb, (value) => value >> 8);
  return {
    name: record.input.split(/[/\\]/).slice(-2).join('/'),
    score: record.score,
    label: item.label,
    defect: item.defect,
    picture: await encodePng({ height, width, channels: 3, data }),
    overlay: await encodePng(renderOverlay({ picture, map, mask, regions, threshold })),
    truth: item.label === 0 || truth === null ? null : await maskPng({ height, width, data: truth }),
    found: mask === null ? null : await maskPng(mask),
    regions: regions.length,
  };
}

async function maskPng({ height, width, data }: Mask): Promise<Buffer> {
  return encodePng({ height, width, channels: 1, data: Uint8Array.from(data, (value) => (value === 0 ? 0 : 255)) });
}
