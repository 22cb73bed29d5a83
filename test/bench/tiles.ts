import { dirname } from 'node:path';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '../../src/config/codec.js';
import { tileRule, type TileRule } from '../../src/config/tile-rule.js';
import type { Picture } from '../../src/data/picture.js';
import { PictureFitSource } from '../../src/inference/fit-source.js';
import type { PictureScorer } from '../../src/inference/picture-scorer.js';
import { FitTiles } from '../../src/inference/tiles/fit-tiles.js';
import { tilePictures } from '../../src/inference/tiles/tile-picture.js';
import { TiledScorer } from '../../src/inference/tiles/tiled-scorer.js';
import { WholeScorer } from '../../src/inference/whole-scorer.js';
import type { Detector } from '../../src/models/detector.js';
import { findModel } from '../../src/models/registry.js';
import { openWeightsStore } from '../../src/models/weights-store.js';
import { noClock } from '../../src/runtime/profile/stage-clock.js';
import { silent } from '../../src/runtime/progress.js';
import { Random } from '../../src/runtime/random.js';
import { startRuntime } from '../../src/runtime/start.js';
import { torchManifest } from '../support/golden-pictures.js';
import { shared } from '../support/shared.js';
import { sourceOf } from '../support/toy-pictures.js';
import { bench } from './harness.js';

const SIDE = 4096;
const MOST = 1.15;

/** What cutting and stitching cost, for every model and two ways to stitch. */
export default async function (): Promise<void> {
  for (const { label, times } of await compareTiles(['hann', 'own'], 3)) {
    console.log(`${label}: ${times.toFixed(3)} times the tiles alone (at most ${MOST} wanted)`);
  }
}

/**
 * A 4096 x 4096 picture in 512 px tiles, stride 384, against the same 121 tiles as pictures of their own.
 *
 * @returns how many times as long the picture takes
 */
export async function compareTiles(
  reduces: readonly TileRule['mapReduce'][],
  rounds: number,
): Promise<{ label: string; times: number }[]> {
  const backend = await startRuntime();
  const dir = mkdtempSync(join(tmpdir(), 'imgano-bench-'));
  const detectors: Detector[] = [];
  try {
    const picture = texture(SIDE);
    const rows = [];
    for (const [label, model, kwargs] of contests(dir)) {
      for (const map_reduce of reduces) {
        const rule = tileRule({
          tile_size: 512,
          stride: 384,
          score_reduce: 'max',
          score_topk: 0.1,
          map_reduce,
        }) as TileRule;
        const detector = await fitted(model, kwargs, rule, dir);
        detectors.push(detector);
        const [whole, tiled] = [new WholeScorer(detector, null), new TiledScorer(detector, null, rule)];
        const tiles = [...tilePictures(picture, rule)];
        rows.push({
          label: `${label}, ${map_reduce}`,
          contenders: {
            'tiles alone': () => inspect(whole, tiles),
            'the picture': () => inspect(tiled, [picture]),
          },
        });
      }
    }
    const results = await bench(`4096 x 4096 in 512 px tiles, stride 384, ${backend}`, rows, { rounds });
    return results.map(({ label, ratio }) => ({ label, times: 1 / ratio['the picture'] }));
  } finally {
    detectors.forEach((detector) => detector.dispose());
    rmSync(dir, { recursive: true });
  }
}

function contests(dir: string): [string, string, object][] {
  const all: [string, string, object][] = [
    ['mean difference', 'vision_pixel_mean_absdiff_map', { resize_hw: { height: 512, width: 512 } }],
  ];
  const weights = shared('golden', 'backbones', 'resnet18.safetensors');
  if (weights === null) console.log('skipped: PatchCore, because the ResNet-18 of the reference data is not here');
  else {
    torchManifest(dir, weights);
    const backbone = { name: 'torch', weights: 'golden', layers: ['layer2', 'layer3'] };
    const resize = { mode: 'stretch', size: { height: 256, width: 256 } };
    all.push(['PatchCore, ResNet-18', 'vision_patchcore', { backbone, resize, max_bank: 10_000 }]);
  }
  return all;
}

async function fitted(model: string, kwargs: object, rule: TileRule, dir: string): Promise<Detector> {
  const spec = findModel(model);
  const weights = shared('golden', 'backbones', 'resnet18.safetensors');
  const searchDirs = weights === null ? [] : [dirname(weights)];
  const store = openWeightsStore({ manifestDirs: [join(dir, 'manifest')], searchDirs });
  const detector = await spec.create(decode(spec.params, kwargs, model), { weights: store });
  const good = [sourceOf(texture(1024))];
  const source = new PictureFitSource(good, detector.input, 4, undefined, null, await FitTiles.of(good, rule));
  await detector.fit(source, { seed: 0, progress: silent });
  return detector;
}

/** Scores and maps, as far as the defects stages get them. */
async function inspect(scorer: PictureScorer, pictures: readonly Picture[]): Promise<void> {
  for (const picture of pictures) {
    const [score] = await scorer.score([picture], { maps: true, batchSize: 1, clock: noClock });
    const map = score.map();
    await map?.data();
    map?.dispose();
    score.dispose();
  }
}

function texture(side: number): Picture {
  const random = new Random(side);
  const noise = Float32Array.from({ length: 65_536 }, () => 5 * random.normal());
  const rgb = new Uint8Array(side * side * 3);
  for (let i = 0; i < side * side; i++) {
    const value = 120 + 30 * Math.sin((2 * Math.PI * (i % side)) / 32) + noise[(i * 31) & 65_535];
    rgb.fill(value, 3 * i, 3 * i + 3);
  }
  return { height: side, width: side, rgb, source: `texture-${side}` };
}
