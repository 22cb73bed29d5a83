import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { findDefects } from '../../src/defects/find-defects.js';
import type { AnomalyMap } from '../../src/inference/engine.js';
import { openRun } from '../../src/inference/open-run.js';
import { openWeightsStore } from '../../src/models/weights-store.js';
import { silent } from '../../src/runtime/progress.js';
import { tf } from '../../src/runtime/tf.js';
import { readRunConfig } from '../../src/workbench/train/read-run-config.js';
import { trainRun } from '../../src/workbench/train/train-run.js';
import { shared } from '../support/shared.js';

const docs = resolve(import.meta.dirname, '../../docs');
const CONTESTS = [
  { config: 'deeppcb-golden.yaml', thresholds: [0.2, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.8] },
  { config: 'deeppcb-ref-patch.yaml', thresholds: [2.5, 2.75, 3, 3.1, 3.15, 3.2, 3.25, 3.5, 4, 5, 6] },
];
/** Plain methods on the same pictures, at half of the grey range: a share of the boxes hit, and false regions a picture. */
const RIVALS = [
  { name: 'absolute difference, median 5, area 12', hit: 0.996, wrong: 9.2 },
  { name: 'grey dilation of 2 px, area 12', hit: 0.962, wrong: 4 },
];

type Box = readonly [left: number, top: number, right: number, bottom: number];
interface Point {
  readonly threshold: number;
  readonly hit: number;
  readonly wrong: number;
}

/**
 * The share of the DeepPCB boxes that a region touches against the false regions a picture, over the thresholds; one run of train and infer a
 * model. A box is hit when the box of a region overlaps it; a region is false when its box overlaps none. Also draws
 * `docs/images/golden-sample.svg`.
 */
export default async function (): Promise<void> {
  const data = shared('data', 'deeppcb');
  if (data === null) return console.log('skipped: the DeepPCB pictures are not here');
  const curves: { name: string; points: Point[] }[] = [];
  for (const { config, thresholds } of CONTESTS) {
    const { name, maps, seconds, defects } = await inspect(join(docs, 'examples', config), data);
    console.log(`\n${name}: ${(maps.length / seconds).toFixed(1)} pictures/s, decoding included`);
    console.log('| threshold | tuned on (hit / false) | not looked at | all |\n|---|---|---|---|');
    const points: Point[] = [];
    for (const threshold of thresholds) {
      const found = await Promise.all(maps.map((one) => regions(one.map, threshold, defects)));
      const part = (wanted: (id: string) => boolean) => rates(maps, found, data, wanted);
      const [tuned, rest, all] = [part(isTuned), part((id) => !isTuned(id)), part(() => true)];
      const cell = ({ hit, wrong }: { hit: number; wrong: number }) => `${hit.toFixed(3)} / ${wrong.toFixed(2)}`;
      console.log(`| ${threshold} | ${cell(tuned)} | ${cell(rest)} | ${cell(all)} |`);
      points.push({ threshold, ...all });
    }
    curves.push({ name, points });
  }
  writeFileSync(join(docs, 'images', 'golden-sample.svg'), chart(curves));
}

/** Eleven of the thirty pictures, by the parity of a hash of their names. */
function isTuned(id: string): boolean {
  return parseInt(createHash('sha256').update(id).digest('hex').at(-1)!, 16) % 2 === 0;
}

async function inspect(path: string, data: string) {
  const template = join(data, 'template');
  const config = await readRunConfig(path, { dataset: { root: template, reference_dir: template } });
  const out = mkdtempSync(join(tmpdir(), 'imgano-bench-'));
  try {
    await trainRun(config, { out, weights: openWeightsStore(), progress: silent });
    const run = await openRun(out, { references: template });
    const maps: { id: string; map: AnomalyMap }[] = [];
    const start = performance.now();
    for await (const { record, map } of run.inspectAll(join(data, 'test'), { maps: true })) {
      maps.push({ id: basename(record.input, '.jpg'), map: map! });
    }
    const seconds = (performance.now() - start) / 1000;
    await run.dispose();
    return { name: config.model.name, maps, seconds, defects: config.defects! };
  } finally {
    rmSync(out, { recursive: true });
  }
}

async function regions(map: AnomalyMap, threshold: number, config: Parameters<typeof findDefects>[1]['config']) {
  const tensor = tf.tensor2d(map.data, [map.height, map.width]);
  const result = await findDefects(tensor, { config, pixelThreshold: threshold, semantics: 2 });
  tensor.dispose();
  return result.regions.map(({ bbox_xyxy }) => bbox_xyxy as unknown as Box);
}

function rates(
  maps: readonly { id: string }[],
  found: readonly (readonly Box[])[],
  data: string,
  wanted: (id: string) => boolean,
): { hit: number; wrong: number } {
  let [boxes, hits, wrong, pictures] = [0, 0, 0, 0];
  maps.forEach(({ id }, i) => {
    if (!wanted(id)) return;
    const lines = readFileSync(join(data, 'boxes', `${id}.txt`), 'utf8')
      .trim()
      .split('\n');
    const truth = lines.map((line) => line.split(' ').slice(0, 4).map(Number) as unknown as Box);
    pictures += 1;
    boxes += truth.length;
    hits += truth.filter((box) => found[i].some((region) => overlap(region, box))).length;
    wrong += found[i].filter((region) => !truth.some((box) => overlap(region, box))).length;
  });
  return { hit: hits / boxes, wrong: wrong / pictures };
}

function overlap(a: Box, b: Box): boolean {
  return a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];
}

function chart(curves: readonly { name: string; points: readonly Point[] }[]): string {
  const [width, height, left, bottom] = [640, 400, 60, 50];
  // False regions on a root scale: the interesting ones are few.
  const x = (wrong: number) => left + (Math.sqrt(Math.min(wrong, 16)) / 4) * (width - left - 20);
  const y = (hit: number) => 20 + ((1 - hit) / 0.2) * (height - bottom - 20);
  const text = (at: number, down: number, label: string, more = '') =>
    `<text x="${at.toFixed(1)}" y="${down.toFixed(1)}" ${more}>${label}</text>`;
  const colours = ['#0b6e4f', '#b3541e'];
  const lines = curves.flatMap(({ name, points }, i) => {
    const shown = points.filter(({ hit, wrong }) => hit >= 0.8 && wrong <= 16);
    const path = shown.map(({ hit, wrong }) => `${x(wrong).toFixed(1)},${y(hit).toFixed(1)}`).join(' ');
    const dots = shown.map(
      ({ hit, wrong }) => `<circle cx="${x(wrong).toFixed(1)}" cy="${y(hit).toFixed(1)}" r="3" fill="${colours[i]}"/>`,
    );
    const legend = text(width - 300, 250 + 20 * i, name, `fill="${colours[i]}"`);
    return [`<polyline points="${path}" fill="none" stroke="${colours[i]}" stroke-width="2"/>`, ...dots, legend];
  });
  const rivals = RIVALS.flatMap(({ name, hit, wrong }, i) => [
    `<rect x="${(x(wrong) - 4).toFixed(1)}" y="${(y(hit) - 4).toFixed(1)}" width="8" height="8" fill="#666"/>`,
    text(x(wrong) - 8, y(hit) + 20 + 2 * i, name, 'text-anchor="end" fill="#666"'),
  ]);
  const ticks = [
    ...[0, 0.5, 1, 2, 4, 8, 16].map((v) => text(x(v), height - bottom + 18, String(v), 'text-anchor="middle"')),
    ...[0.8, 0.85, 0.9, 0.95, 1].map((v) => text(left - 8, y(v) + 4, v.toFixed(2), 'text-anchor="end"')),
    ...[0.85, 0.9, 0.95, 1].map((v) => `<path d="M${left} ${y(v).toFixed(1)}H${width - 20}" stroke="#ddd"/>`),
  ];
  const target = `<rect x="${x(0)}" y="${y(1)}" width="${x(2) - x(0)}" height="${y(0.97) - y(1)}" fill="#0b6e4f" opacity="0.12"/>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="12">`,
    '<rect width="100%" height="100%" fill="#fff"/>',
    target,
    ...ticks,
    `<path d="M${left} 20V${height - bottom}H${width - 20}" fill="none" stroke="#333"/>`,
    ...lines,
    ...rivals,
    text((left + width) / 2, height - 10, 'false regions a picture (root scale)', 'text-anchor="middle"'),
    `<text transform="translate(16 ${height / 2}) rotate(-90)" text-anchor="middle">boxes hit</text>`,
    '</svg>\n',
  ].join('\n');
}
