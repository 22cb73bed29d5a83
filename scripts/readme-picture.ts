/** Makes docs/images/result.png, the picture of the README, from the results of a demo: `npm run demo`, then this script. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';

const results = join(process.argv[2] ?? 'out/demo', 'results');
const gap = 8;

/** One convincing picture of each kind: its overlay by place in the folder. */
const shown: readonly (readonly [kind: string, index: number])[] = [
  ['woven', 2],
  ['machined', 2],
  ['machined', 23],
  ['printed', 20],
];

const files = shown.map(([kind, index]) => {
  const folder = join(results, kind, 'overlays');
  return join(folder, readdirSync(folder).sort()[index]);
});
const { width = 0, height = 0 } = await sharp(files[0]).metadata();
const size = { width: files.length * (width + gap) - gap, height };
await sharp({ create: { ...size, channels: 3, background: '#ffffff' } })
  .composite(files.map((input, i) => ({ input, left: i * (width + gap), top: 0 })))
  .png({ palette: true, colours: 128 })
  .toFile('docs/images/result.png');
