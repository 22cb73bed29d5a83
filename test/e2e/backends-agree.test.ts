import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InspectionRecord } from '../../src/inference/records/record.js';
import { backends } from '../support/backends.js';
import { runCli } from '../support/cli.js';
import { readNpy } from '../support/npy.js';
import { describeWithShared } from '../support/shared.js';
import { scratch, writeToyDataset } from '../support/toy-run.js';

// One trained run, inspected on every backend: maps within 1e-3, and the same labels and regions wherever no value lies
// that close to a threshold.

const TOLERANCE = 1e-3;

interface Outcome {
  readonly records: InspectionRecord[];
  readonly maps: Float32Array[];
}

describe('backends agree', () => {
  const dir = scratch();

  for (const model of ['vision_patchcore', 'vision_padim', 'vision_pixel_gaussian_map', 'vision_template_ncc_map']) {
    it(`${model} on made-up parts`, async () => {
      const data = join(dir, model, 'data');
      await writeToyDataset(data);
      const size = '{"height":48,"width":64}';
      const stretched = `"resize":{"mode":"stretch","size":${size}}`;
      const own: Record<string, string> = {
        vision_patchcore: `{${stretched},"max_bank":60}`,
        vision_padim: `{${stretched}}`,
      };
      const kwargs = own[model] ?? `{"resize_hw":${size}}`;
      const run = join(dir, model, 'run');
      await succeed('train', '--model', model, '--train', data, '--out', run, '--model-kwargs', kwargs);
      await compare(run, join(data, 'test'), join(dir, model));
    });
  }

  describeWithShared('PatchCore on real tiles and a pretrained trunk', ['data', 'magnetic-tile'], (tiles) => {
    it('agrees', async () => {
      const backbone = { name: 'tfjs_layers', weights: 'mobilenet_v1_1.0_trunk', layers: ['conv_pw_5_relu'] };
      const kwargs = { backbone, max_bank: 200, resize: { mode: 'short_side', pixels: 128, multiple: 32 } };
      const run = join(dir, 'tiles', 'run');
      const weights = ['--weights', join(tiles, '../../weights')];
      const train = ['train', '--model', 'vision_patchcore', '--train', join(tiles, 'train/good'), '--out', run];
      await succeed(...train, '--model-kwargs', JSON.stringify(kwargs), ...weights);
      await compare(run, join(tiles, 'test/blowhole'), join(dir, 'tiles'), weights);
    });
  });
});

async function compare(run: string, input: string, dir: string, extra: string[] = []): Promise<void> {
  const config = JSON.parse(readFileSync(join(run, 'infer_config.json'), 'utf8'));
  const outcomes: Outcome[] = [];
  for (const backend of backends.filter((name) => name !== 'cpu' || extra.length === 0)) {
    outcomes.push(await inspect(run, input, join(dir, backend), backend, extra));
  }
  const [first, ...others] = outcomes;
  for (const other of others) {
    first.records.forEach((record, i) => {
      const [a, b] = [first.maps[i], other.maps[i]];
      const largest = a.reduce((max, value) => Math.max(max, Math.abs(value)), 0);
      const apart = a.reduce((max, value, j) => Math.max(max, Math.abs(value - b[j])), 0);
      expect(apart / largest, `${record.input}: maps`).to.be.below(TOLERANCE);
      if (Math.abs(record.score - config.threshold) > TOLERANCE * Math.abs(config.threshold)) {
        expect(other.records[i].label, record.input).to.equal(record.label);
      }
      const level = config.defects.pixel_threshold;
      const differing = a.filter((value, j) => value >= level !== b[j] >= level);
      differing.forEach((value) =>
        expect(Math.abs(value - level), 'a pixel that differs').to.be.below(TOLERANCE * largest),
      );
      if (differing.length === 0) {
        expect(boxes(other.records[i]), record.input).to.deep.equal(boxes(record));
      }
    });
  }
}

async function inspect(run: string, input: string, dir: string, backend: string, extra: string[]): Promise<Outcome> {
  const jsonl = `${dir}.jsonl`;
  const flags = ['--include-maps', '--save-maps', join(dir, 'maps'), '--defects', '--backend', backend];
  await succeed('infer', '--infer-config', run, '--input', input, '--save-jsonl', jsonl, ...flags, ...extra);
  const records = readFileSync(jsonl, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as InspectionRecord);
  const maps = records.map((record) => readNpy(record.anomaly_map?.path as string).data as Float32Array);
  return { records, maps };
}

function boxes(record: InspectionRecord): unknown {
  return record.defects?.regions.map(({ bbox_xyxy, area }) => ({ bbox_xyxy, area }));
}

async function succeed(...argv: string[]): Promise<void> {
  const { code, stderr } = await runCli(...argv, '--quiet');
  expect(code, stderr).to.equal(0);
}
