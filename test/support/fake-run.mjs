// A run without a model, of the built package: as a module for tests in this process, as a program for those that kill it.
// A program takes its folder and `--resume`, and tells its pid's parent by one line when it is about to write.
import { mkdirSync } from 'node:fs';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { openRecords } from '../../dist/inference/sinks/open-records.js';
import { NamesDigest } from '../../dist/inference/sinks/run-header-file.js';
import { makeFolders, writeInspections } from '../../dist/inference/write-inspections.js';

const SIZE = { height: 12, width: 16 };

/** What the fake model says of an input: every seventh fails, the others have a map, a mask and a region. */
function inspection(index, input) {
  if (index % 7 === 6) {
    const error = { type: 'DataError', message: `${input}: made to fail`, stage: 'infer' };
    return { record: { index, input, status: 'error', error }, picture: null, map: null, mask: null };
  }
  const value = Math.sin(index + 1);
  const map = { ...SIZE, data: new Float32Array(SIZE.height * SIZE.width).fill(value) };
  const mask = { ...SIZE, data: new Uint8Array(SIZE.height * SIZE.width).fill(index % 2) };
  const shape = [SIZE.height, SIZE.width];
  const provenance = { method: 'fixed', source: 'explicit', value: 0.5 };
  const record = {
    ...{
      index,
      input,
      score: value,
      label: index % 2,
      status: 'ok',
      postprocess_summary: { padding: 'ä'.repeat(400) },
    },
    anomaly_map: { shape, dtype: 'float32' },
    defects: {
      space: { type: 'anomaly_map', shape },
      ...{ pixel_threshold: 0.5, pixel_threshold_provenance: provenance, map_stats_roi: { max: value, mean: value } },
      mask: { shape, dtype: 'uint8', encoding: 'rle' },
      regions: [{ id: index, area: 3, score_max: value }],
    },
  };
  return { record, picture: null, map, mask };
}

/** @param {{ dir: string, resume: boolean, count: number, pace?: number, model?: string, onOpen?: () => void }} options */
export async function fakeRun({ dir, resume, count, pace = 0, model = 'fake', onOpen = () => {} }) {
  const inputs = Array.from({ length: count }, (_, index) => ({ index, name: `part-${index}.png` }));
  const names = new NamesDigest();
  for (const { name } of inputs) names.add(name);
  const folders = { maps: 'maps', masks: 'masks' };
  const before = process.cwd();
  mkdirSync(dir, { recursive: true });
  process.chdir(dir); // records name the paths of artifacts as they were given
  try {
    await makeFolders(folders);
    const header = {
      schema_version: 1,
      settings: {
        ...{ imgano_version: '0', model, config_sha256: '0'.repeat(64), backend: 'cpu', device: 'cpu' },
        ...{ precision: 'float32', maps: true, defects: true, continue_on_error: true, references: null },
      },
      inputs: names.digest(),
      shard: null,
      outputs: { maps: 'maps', masks: 'masks', overlays: null, overlay_max_size: null, regions: 'regions.jsonl' },
    };
    const records = await openRecords({
      ...{ path: 'out.jsonl', regions: 'regions.jsonl', header, inputs, resume },
      sync: { when: 'close', every: 1 },
    });
    onOpen();
    try {
      const outputs = { ...folders, regions: records.regions, writer: records.writer };
      const walk = inspections(inputs.slice(records.before.processed), pace);
      return await writeInspections(walk, records.sink, outputs, { pixelThreshold: 0.5, before: records.before });
    } finally {
      records.close();
    }
  } finally {
    process.chdir(before);
  }
}

async function* inspections(inputs, pace) {
  for (const { index, name } of inputs) {
    if (pace > 0) await sleep(pace);
    yield inspection(index, name);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [dir, count, pace, ...flags] = process.argv.slice(2);
  const onOpen = () => process.stdout.write('open\n');
  const resume = flags.includes('--resume');
  await fakeRun({ dir, resume, count: Number(count), pace: Number(pace), onOpen });
}
