import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng } from '../../src/data/encode.js';
import { toyPicture } from './toy-pictures.js';
import { runCli } from './cli.js';

/** A folder that goes away after the suite. */
export function scratch(): string {
  const dir = mkdtempSync(join(tmpdir(), 'imgano-test-'));
  after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

/** Writes a small data set in the MVTec layout: 12 good pictures to train on, 3 good and 3 with a planted square. */
export async function writeToyDataset(root: string): Promise<void> {
  const write = async (path: string, picture: ReturnType<typeof toyPicture>) =>
    writeFileSync(join(root, path), await encodePng({ ...picture, channels: 3, data: picture.rgb as Uint8Array }));
  for (const folder of ['train/good', 'test/good', 'test/square', 'ground_truth/square']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  for (let i = 0; i < 12; i++) await write(`train/good/${pad(i)}.png`, toyPicture(i));
  for (let i = 0; i < 3; i++) {
    await write(`test/good/${pad(i)}.png`, toyPicture(100 + i));
    await write(`test/square/${pad(i)}.png`, toyPicture(200 + i, { defect: 12 }));
    const { width, height } = toyPicture(0);
    const data = new Uint8Array(width * height);
    for (let y = 12; y < 24; y++) data.fill(255, y * width + 20, y * width + 32);
    writeFileSync(
      join(root, `ground_truth/square/${pad(i)}_mask.png`),
      await encodePng({ width, height, channels: 1, data }),
    );
  }
}

/** Trains the quickest model on the toy data set; gives the run folder. */
export async function trainToyRun(root: string, data: string, ...extra: string[]): Promise<string> {
  const out = join(root, 'run');
  const outcome = await runCli(
    ...['train', '--model', 'vision_pixel_gaussian_map', '--train', data, '--out', out, '--quiet'],
    ...['--model-kwargs', '{"resize_hw":{"height":48,"width":64}}', ...extra],
  );
  if (outcome.code !== 0) throw new Error(outcome.stderr);
  return out;
}

function pad(i: number): string {
  return String(i).padStart(3, '0');
}

/** A folder with the toy data set and a run trained on it, made before the suite and gone after it. */
export function useToyRun(): { readonly dir: string; readonly data: string; readonly run: string } {
  const dir = scratch();
  const data = join(dir, 'data');
  before(async () => {
    await writeToyDataset(data);
    await trainToyRun(dir, data);
  });
  return { dir, data, run: join(dir, 'run') };
}
