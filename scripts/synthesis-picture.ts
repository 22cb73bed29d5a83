/** Makes docs/images/synthesis.png: every preset on a made-up part, beside the name of its folder. */
import { writeFile } from 'node:fs/promises';
import sharp from 'sharp';
import { machined } from '../src/data/synthesis/machined.js';
import { studio } from '../src/data/synthesis/studio.js';
import { woven } from '../src/data/synthesis/woven.js';
import { PRESETS } from '../src/data/synthesis/anomalies/presets.js';
import { synthesizeAnomaly } from '../src/data/synthesis/anomalies/synthesize-anomaly.js';
import { drawLabels } from '../src/inference/sinks/overlay/labels.js';
import { Random } from '../src/runtime/random.js';
import { contactSheet, thumbnail } from '../src/workbench/synthesize/contact-sheet.js';

const size = 128;
/** On the face of the part, where all can be seen. */
const roi = {
  height: size,
  width: size,
  data: Uint8Array.from({ length: size * size }, (_, i) => {
    const radius = Math.hypot((i % size) - size / 2, Math.floor(i / size) - size / 2);
    return radius < 0.4 * size ? 1 : 0;
  }),
};

const cells = Object.entries(PRESETS).map(([preset, painter], i) => {
  const random = new Random(i);
  const isCloth = i % 2 === 1;
  const rgb = studio<never>((isCloth ? woven : machined) as never).good(random.fork('part'), size);
  const severity = [0.8, 1] as const;
  const rule = { preset, painter, blend: 'alpha', alpha: 0.95, severity, defects: [1, 1], tries: 20 } as const;
  // beside the bore
  const place = isCloth ? { x: 96, y: 96 } : { x: 58, y: 118 };
  const centred = (host: Parameters<typeof painter>[0], ...more: [Random, number]) =>
    painter(
      { ...host, place: (draw) => ({ x: place.x + 11 * draw.normal(), y: place.y + 11 * draw.normal() }) },
      ...more,
    );
  const picture = { height: size, width: size, rgb, source: preset };
  const made = synthesizeAnomaly(picture, { ...rule, painter: centred, roi: i < 17 ? roi : null }, random)!;
  const cell = thumbnail(made.picture, null, size);
  drawLabels(cell, [{ text: preset.toUpperCase(), box: { x: 2, y: 16, width: 1, height: 1 } }], 1, [64, 236, 255]);
  return cell;
});
await writeFile(
  'docs/images/synthesis.png',
  await sharp(await contactSheet(cells, 6))
    .png({ palette: true, colours: 96 })
    .toBuffer(),
);
