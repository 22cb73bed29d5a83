import { decode } from '../../src/config/codec.js';
import { DefectsConfig } from '../../src/config/defects.js';
import { findDefects } from '../../src/defects/find-defects.js';
import { DEFECTS_PRESETS } from '../../src/defects/presets.js';
import { PictureFitSource } from '../../src/inference/fit-source.js';
import type { FeatureExtractor } from '../../src/models/backbones/extractor.js';
import type { Network } from '../../src/models/backbones/network.js';
import { pdn } from '../../src/models/backbones/pdn.js';
import { resnet } from '../../src/models/backbones/resnet.js';
import { Patchcore } from '../../src/models/memory-bank/patchcore.js';
import { PatchcoreParams } from '../../src/models/memory-bank/patchcore-params.js';
import { NeighborIndex } from '../../src/ops/nearest.js';
import { upsampleSmooth } from '../../src/ops/upsample-smooth.js';
import { silent } from '../../src/runtime/progress.js';
import { tf, type Tensor, type Tensor2D, type Tensor3D, type Tensor4D } from '../../src/runtime/tf.js';
import { median } from '../../src/workbench/benchmark/median.js';
import { hashedValues } from '../../test/support/hash-weights.js';
import { sourceOf, toyPicture } from '../../test/support/toy-pictures.js';

/** How long something takes: the first call, in which shaders are compiled, and the median of those after it. */
export interface Timing {
  readonly what: string;
  readonly first_ms: number;
  readonly median_ms: number;
  /** Pictures, or whatever is counted, in a second. */
  readonly per_second: number;
}

export interface FailedTiming {
  readonly what: string;
  readonly failed: string;
}

/** Timings last about so long each. */
const SECONDS = 3;
const SIDE = 224;

/** What a picture of a line costs on the current backend. Weights follow from their names: the cost is that of trained ones. */
export async function takeTimings(told: (what: string) => void): Promise<(Timing | FailedTiming)[]> {
  const rows: (Timing | FailedTiming)[] = [];
  const time = async (what: string, count: number, run: () => Promise<unknown>) => {
    told(what);
    try {
      rows.push(await timed(what, count, run));
    } catch (error) {
      rows.push({ what, failed: (error as Error).message });
    }
  };
  const attempt = async (what: string, body: () => Promise<void>) => {
    try {
      await body();
    } catch (error) {
      rows.push({ what, failed: (error as Error).message });
    }
  };
  const networks: [string, Network][] = [
    ['ResNet-18', resnet({ block: 'basic', blocks: [2, 2, 2, 2], width: 64, epsilon: 1e-5 })],
    ['WRN50', resnet({ block: 'bottleneck', blocks: [3, 4, 6, 3], width: 64, widening: 2, epsilon: 1e-5 })],
  ];
  for (const [name, network] of networks) {
    for (const batch of [1, 8]) {
      const title = `PatchCore, ${name}, ${SIDE} px, bank of 10,192, batch ${batch}`;
      await attempt(title, () => withPatchcore(network, async (score) => time(title, batch, () => score(batch))));
    }
  }
  for (const size of ['small', 'medium'] as const) {
    const title = `PDN ${size}, 256 px`;
    await attempt(title, async () => {
      const network = loaded(pdn({ size, naming: 'named' }), ['features']);
      const x = tf.randomNormal([1, 256, 256, 3]) as Tensor4D;
      await time(title, 1, async () => waited(network.apply(x)));
      network.dispose();
      x.dispose();
    });
  }
  for (const count of [10_000, 50_000]) {
    const title = `k-NN, 784 queries, ${count} rows of 384, k = 1`;
    await attempt(title, async () => {
      const [bank, queries] = [tf.randomNormal([count, 384]), tf.randomNormal([784, 384])] as Tensor2D[];
      const index = new NeighborIndex(bank);
      bank.dispose();
      await time(title, 1, async () => waited(Object.values(index.search(queries, 1))));
      index.dispose();
      queries.dispose();
    });
  }
  for (const side of [1024, 4096]) {
    const title = `upsampling and blur, 28 x 28 to ${side} x ${side}`;
    await time(title, 1, async () => {
      const small = tf.ones([1, 28, 28]) as Tensor3D;
      const large = upsampleSmooth(
        small,
        { height: side, width: side },
        { interpolation: 'bilinear', sigma: { y: 4, x: 4 } },
      );
      const peak = large.max();
      tf.dispose([small, large]);
      await waited([peak]);
    });
    const map = tf.tensor2d(spotted(side), [side, side]);
    const config = decode(DefectsConfig, DEFECTS_PRESETS['industrial-defects-fp40-v2'], 'preset');
    await time(`defects stages, fp40-v2, ${side} x ${side}, 40 blobs`, 1, () =>
      findDefects(map, { config, pixelThreshold: 0.5, semantics: 2 }),
    );
    map.dispose();
    await time(`reading ${side} x ${side} floats back`, 1, async () => {
      const values = tf.fill([side, side], 2);
      await waited([values]);
    });
  }
  await time('an op and its read-back', 1, async () => waited([tf.ones([4]).add(1)]));
  return rows;
}

async function timed(what: string, count: number, run: () => Promise<unknown>): Promise<Timing> {
  const one = async () => {
    const start = performance.now();
    await run();
    return performance.now() - start;
  };
  const first_ms = await one();
  const rest: number[] = [];
  for (let spent = 0; rest.length < 3 || (spent < SECONDS * 1000 && rest.length < 200);) {
    const ms = await one();
    rest.push(ms);
    spent += ms;
  }
  const median_ms = median(rest);
  return { what, first_ms, median_ms, per_second: (1000 * count) / median_ms };
}

async function waited(results: Tensor[]): Promise<void> {
  await Promise.all(results.map((tensor) => tensor.data()));
  tf.dispose(results);
}

function loaded(network: Network, layers: readonly string[]) {
  const shapes = new Map(network.parameters.map(({ name, shape }) => [name, shape]));
  const values = (name: string) => {
    const shape = shapes.get(name);
    if (shape === undefined) return null;
    const fan = shape.slice(1).reduce((a, b) => a * b, 1);
    const rule = shape.length === 4 ? `sqrt(3/${fan})*s` : /var|weight/.test(name) ? '0.5+0.5*u' : '0.1*s';
    return hashedValues({ name, shape, rule });
  };
  return network.load(values, layers);
}

/** PatchCore on a network whose bank holds every patch of 13 pictures. */
async function withPatchcore(network: Network, body: (score: (batch: number) => Promise<void>) => Promise<void>) {
  const layers = ['layer2', 'layer3'];
  const trunk = loaded(network, layers);
  const extractor: FeatureExtractor = {
    taps: network.taps.filter(({ name }) => layers.includes(name)),
    ...{ multiple: 32, context: 0 },
    extract: (x) => tf.tidy(() => trunk.apply(x.div<Tensor4D>(128).sub<Tensor4D>(1))),
    dispose: () => trunk.dispose(),
  };
  const size = { height: SIDE, width: SIDE };
  const params = decode(
    PatchcoreParams,
    { resize: { mode: 'stretch', size }, coreset_ratio: 1, max_bank: 20_000 },
    'PatchCore',
  );
  const detector = new Patchcore(params, extractor);
  const pictures = Array.from({ length: 13 }, (_, i) => toyPicture(i, size));
  await detector.fit(new PictureFitSource(pictures.map(sourceOf), detector.input, 4), { seed: 0, progress: silent });
  const x = tf.randomUniform([8, SIDE, SIDE, 3], 0, 255) as Tensor4D;
  try {
    await body(async (batch) => {
      const pixels = x.slice(0, batch);
      const { scores, maps } = await detector.score({ pixels, ...named(batch) });
      await waited([scores]);
      tf.dispose([pixels, maps!]);
    });
  } finally {
    x.dispose();
    detector.dispose();
  }
}

function named(batch: number) {
  const list = Array.from({ length: batch }, (_, i) => `${i}`);
  return { sources: list, sizes: list.map(() => ({ height: SIDE, width: SIDE })) };
}

/** 40 round blobs on an even floor. */
function spotted(side: number): Float32Array {
  const map = new Float32Array(side * side).fill(0.1);
  for (let blob = 0; blob < 40; blob++) {
    const [cy, cx] = [(Math.floor(blob / 8) + 0.5) / 5, ((blob % 8) + 0.5) / 8].map((at) => Math.round(at * side));
    for (let y = -12; y <= 12; y++) {
      for (let x = -12; x <= 12; x++) if (y * y + x * x <= 144) map[(cy + y) * side + cx + x] = 0.9;
    }
  }
  return map;
}
