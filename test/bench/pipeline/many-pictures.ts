import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RawPicture } from '../../../src/data/raw-picture.js';
import { Random } from '../../../src/runtime/random.js';
import { built } from './built.js';
import type { Finding } from './finding.js';
import { trainTiny } from './tiny-run.js';

const SIDE = 32;
const EARLY = 1000;
const ALL = 10_000;

/** Ten thousand small pictures from memory: what the process holds after the first thousand is what it holds at the end. */
export default async function (): Promise<Finding[]> {
  const dir = mkdtempSync(join(tmpdir(), 'imgano-bench-'));
  try {
    const random = new Random(1);
    const pictures = Array.from({ length: 64 }, () =>
      Uint8Array.from({ length: 3 * SIDE * SIDE }, () => 128 + 20 * random.normal()),
    );
    await trainTiny(dir, SIDE, pictures);
    const { openRun } = await built.open();
    const { tf } = await built.tf();
    const run = await openRun(join(dir, 'run'));
    const inputs = function* (): Generator<RawPicture> {
      for (let i = 0; i < ALL; i++) {
        const data = pictures[i % pictures.length];
        yield { data, width: SIDE, height: SIDE, channels: 3, bitDepth: 8, colorOrder: 'rgb', name: `p${i}` };
      }
    };
    const seen: { rss: number; tensors: number }[] = [];
    let done = 0;
    for await (const _record of run.inspect(inputs(), { batchSize: 8 })) {
      if (++done === EARLY || done === ALL)
        seen.push({ rss: process.memoryUsage.rss(), tensors: tf.memory().numTensors });
    }
    await run.dispose();
    const [early, late] = seen;
    const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MB`;
    const growth = (100 * late.rss) / early.rss - 100;
    return [
      {
        what: `resident, ${ALL} pictures of ${SIDE} x ${SIDE}, after ${EARLY} and at the end`,
        measured: `${megabytes(early.rss)}, ${megabytes(late.rss)} (${growth.toFixed(1)} %)`,
        wanted: 'within 5 %',
        met: Math.abs(growth) <= 5,
      },
      {
        what: 'tensors then',
        measured: `${early.tensors}, ${late.tensors}`,
        wanted: 'the same',
        met: early.tensors === late.tensors,
      },
    ];
  } finally {
    rmSync(dir, { recursive: true });
  }
}
