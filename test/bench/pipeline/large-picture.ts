import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { writePicture } from './write-picture.js';
import type { Finding } from './finding.js';

const SIDE = 16_384;
const PATTERN = 1024;
const MOST_GB = 2.5;
const binary = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));

/** A picture of 16,384 x 16,384 pixels in tiles, with a map, defects and a mask, by the command: the most memory that it ever held. */
export default async function (): Promise<Finding[]> {
  const dir = mkdtempSync(join(tmpdir(), 'imgano-bench-'));
  try {
    const good = join(dir, 'good');
    mkdirSync(good);
    const parts: string[] = [];
    for (let i = 0; i < 4; i++) parts.push(await writePicture(good, PATTERN, i));
    const large = join(dir, 'large.png');
    await sharp({ create: { width: SIDE, height: SIDE, channels: 3, background: 'black' }, limitInputPixels: false })
      .composite([{ input: parts[0], tile: true }])
      .png({ compressionLevel: 1 })
      .toFile(large);
    const run = join(dir, 'run');
    const model = [
      '--model',
      'vision_pixel_mean_absdiff_map',
      '--model-kwargs',
      '{"resize_hw":{"height":512,"width":512}}',
    ];
    const tiles = ['--tile-size', '512', '--tile-stride', '384', '--tile-map-reduce', 'hann'];
    await highWater(['train', ...model, '--train', good, '--out', run, '--defects', '--quiet', ...tiles]);
    const started = performance.now();
    const outputs = ['--save-jsonl', join(dir, 'out.jsonl'), '--save-masks', join(dir, 'masks'), '--quiet'];
    const most = await highWater(['infer', '--infer-config', run, '--input', large, '--batch-size', '8', ...outputs]);
    console.log(
      `\n${SIDE} x ${SIDE}: ${((performance.now() - started) / 1000).toFixed(0)} s with the start of the command`,
    );
    return [
      {
        what: `resident at most, one picture of ${SIDE} x ${SIDE} in tiles, defects and mask`,
        measured: `${(most / 1e9).toFixed(2)} GB`,
        wanted: `under ${MOST_GB} GB`,
        met: most < MOST_GB * 1e9,
      },
    ];
  } finally {
    rmSync(dir, { recursive: true });
  }
}

/** Runs the command; gives the most bytes that were resident, as Linux counts them. */
async function highWater(argv: readonly string[]): Promise<number> {
  const child = spawn(process.execPath, [binary, ...argv], { stdio: ['ignore', 'ignore', 'inherit'] });
  let most = 0;
  const look = setInterval(() => {
    try {
      const [, kilobytes] = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8')) ?? [];
      most = Math.max(most, 1024 * Number(kilobytes ?? 0));
    } catch {
      // It has just ended.
    }
  }, 100);
  const [code] = (await once(child, 'exit')) as [number];
  clearInterval(look);
  if (code !== 0) throw new Error(`imgano ${argv[0]} ended with ${code}`);
  return most;
}
