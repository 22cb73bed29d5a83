import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { decode } from '../../../src/config/codec.js';
import { ConfigError, InterruptedError, NotFittedError, ShapeError, WeightsError } from '../../../src/errors.js';
import type { Batch, Detector, FitSource } from '../../../src/models/detector.js';
import { PatchcoreParams } from '../../../src/models/memory-bank/patchcore-params.js';
import { patchcore } from '../../../src/models/memory-bank/patchcore.spec.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { silent } from '../../../src/runtime/progress.js';
import { Random } from '../../../src/runtime/random.js';
import { tf, type Tensor4D } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';

/** A striped texture with noise; `defect` is a dark square of so many pixels at (40, 56). */
function picture(seed: number, { height = 64, width = 96, defect = 0 } = {}): Float32Array {
  const random = new Random(seed);
  return Float32Array.from({ length: height * width * 3 }, (_, i) => {
    const [y, x] = [Math.floor(i / 3 / width), Math.floor(i / 3) % width];
    const inside = y >= 40 && y < 40 + defect && x >= 56 && x < 56 + defect;
    return inside ? 20 : 128 + 60 * Math.sin((2 * Math.PI * (x + y)) / 12) + 4 * random.normal();
  });
}

function batchOf(pictures: readonly Float32Array[], height = 64, width = 96): Batch {
  const pixels = tf.tidy(() => tf.stack(pictures.map((p) => tf.tensor3d(p, [height, width, 3]))) as Tensor4D);
  return {
    pixels,
    sources: pictures.map((_, i) => `${i}.png`),
    sizes: pictures.map(() => ({ height, width })),
  };
}

function source(count: number, batchSize = 2): FitSource {
  return {
    count,
    async *batches() {
      for (let i = 0; i < count; i += batchSize) {
        yield batchOf(Array.from({ length: Math.min(batchSize, count - i) }, (_, j) => picture(i + j)));
      }
    },
  };
}

async function make(params: object = {}): Promise<Detector> {
  const resize = { mode: 'short_side', pixels: 64, multiple: 8 };
  const decoded = decode(PatchcoreParams, { resize, max_bank: 60, ...params }, 'params');
  return patchcore.create(decoded, { weights: openWeightsStore() });
}

async function read(detector: Detector, batch: Batch): Promise<{ scores: number[]; maps: number[][][] }> {
  const scored = await detector.score(batch);
  const result = { scores: await scored.scores.array(), maps: await scored.maps!.array() };
  tf.dispose([scored.scores, scored.maps!, batch.pixels]);
  return result;
}

const context = { seed: 3, progress: silent };

onEveryBackend('vision_patchcore', () => {
  it(
    'finds a planted defect and where it is',
    leavesNoTensors(async () => {
      const detector = await make();
      await detector.fit(source(5), context);
      const { scores, maps } = await read(detector, batchOf([picture(50), picture(51, { defect: 12 })]));
      expect(scores[1]).to.be.greaterThan(2 * scores[0]);
      expect([maps[1].length, maps[1][0].length]).to.deep.equal([8, 12]);
      const flat = maps[1].flat();
      const place = flat.indexOf(Math.max(...flat));
      expect([Math.floor(place / 12), place % 12]).to.satisfy(
        ([y, x]: number[]) => y >= 4 && y <= 6 && x >= 6 && x <= 8,
      );
      expect(Math.max(...flat)).to.be.closeTo(scores[1], 1e-6);
      expect(flat.every((v) => Number.isFinite(v) && v >= 0)).to.equal(true);
      detector.dispose();
    }),
  );

  for (const params of [{}, { reweight: true, num_neighbors: 3 }, { score_top: 0.05, distance: 'squared' }]) {
    it(
      `scores a picture alike in any batch and in any run ${JSON.stringify(params)}`,
      leavesNoTensors(async () => {
        const detector = await make(params);
        await detector.fit(source(4), context);
        const pictures = [picture(60), picture(61, { defect: 8 }), picture(62)];
        const together = await read(detector, batchOf(pictures));
        const again = await make(params);
        await again.fit(source(4, 3), context);
        for (let repeat = 0; repeat < 2; repeat++) {
          for (const [i, p] of pictures.entries()) {
            const alone = await read(again, batchOf([p]));
            expect(alone.scores[0]).to.be.closeTo(together.scores[i], 1e-5 * together.scores[i]);
            alone.maps[0].flat().forEach((v, j) => expect(v).to.be.closeTo(together.maps[i].flat()[j], 1e-4));
          }
        }
        detector.dispose();
        again.dispose();
      }),
    );
  }

  it(
    'takes pictures of another shape than it was fitted on',
    leavesNoTensors(async () => {
      const detector = await make();
      await detector.fit(source(3), context);
      const { maps } = await read(detector, batchOf([picture(9, { height: 80, width: 64 })], 80, 64));
      expect([maps[0].length, maps[0][0].length]).to.deep.equal([10, 8]);
      detector.dispose();
    }),
  );

  it(
    'stops when asked, and leaves nothing behind',
    leavesNoTensors(async () => {
      const detector = await make();
      const stop = new AbortController();
      stop.abort();
      const error = await detector.fit(source(3), { ...context, signal: stop.signal }).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(InterruptedError);
      detector.dispose();
    }),
  );

  describe('saved', () => {
    let dir = '';
    beforeEach(() => (dir = mkdtempSync(join(tmpdir(), 'imgano-patchcore-'))));
    afterEach(() => rmSync(dir, { recursive: true, force: true }));

    it(
      'scores as before, with a projection too',
      leavesNoTensors(async () => {
        const params = { projection_dim: 16, projection: 'sparse' };
        const detector = await make(params);
        await detector.fit(source(3), context);
        await detector.save(dir);
        const loaded = await make(params);
        await loaded.load(dir);
        const pictures = [picture(70), picture(71, { defect: 6 })];
        expect(await read(loaded, batchOf(pictures))).to.deep.equal(await read(detector, batchOf(pictures)));
        detector.dispose();
        loaded.dispose();
      }),
    );

    it(
      'refuses other parameters, altered and missing files',
      leavesNoTensors(async () => {
        const detector = await make();
        await detector.fit(source(2), context);
        await detector.save(dir);
        detector.dispose();
        const failure = async (params: object = {}) => {
          const other = await make(params);
          const error = await other.load(dir).catch((e: unknown) => e);
          other.dispose();
          return error as Error;
        };
        const mismatch = await failure({ patch_size: 5 });
        expect(mismatch).to.be.instanceOf(ConfigError);
        expect(mismatch.message).to.contain('patch_size 3').and.contain('5');
        const bank = join(dir, 'bank.safetensors');
        const bytes = readFileSync(bank);
        bytes[bytes.length - 2] ^= 8;
        writeFileSync(bank, bytes);
        expect(await failure()).to.be.instanceOf(WeightsError);
        rmSync(join(dir, 'model.json'));
        expect(await failure()).to.be.instanceOf(WeightsError);
      }),
    );
  });

  it(
    'names what is wrong: not fitted, sides, resize rule',
    leavesNoTensors(async () => {
      const detector = await make();
      const batch = batchOf([picture(1)]);
      expect(await detector.score(batch).catch((e: unknown) => e)).to.be.instanceOf(NotFittedError);
      expect(await detector.save('.').catch((e: unknown) => e)).to.be.instanceOf(NotFittedError);
      await detector.fit(source(2), context);
      const odd = batchOf([picture(1, { height: 60, width: 96 })], 60, 96);
      expect(await detector.score(odd).catch((e: unknown) => e)).to.be.instanceOf(ShapeError);
      tf.dispose([batch.pixels, odd.pixels]);
      detector.dispose();
      const resize = { mode: 'stretch', size: { height: 60, width: 64 } };
      expect(await make({ resize }).catch((e: unknown) => e)).to.be.instanceOf(ConfigError);
    }),
  );

  it(
    'samples every picture alike when the pool is larger than its budget, and says so',
    leavesNoTensors(async () => {
      const lines: string[] = [];
      const detector = await make({ pool_mb: 0.03 });
      await detector.fit(source(4), { ...context, progress: { ...silent, info: (line) => lines.push(line) } });
      expect(lines.join()).to.match(/among \d+ of 384 patches/);
      const { scores } = await read(detector, batchOf([picture(50), picture(51, { defect: 12 })]));
      expect(scores[1]).to.be.greaterThan(scores[0]);
      detector.dispose();
    }),
  );
});

describe('the profiles of vision_patchcore', () => {
  const params = (value: object) => decode(PatchcoreParams, value, 'params');

  it('fill what is absent and give way to what is there', () => {
    expect(params({ profile: 'anomalib' })).to.include({
      reweight: true,
      map_interpolation: 'nearest',
      max_bank: null,
    });
    expect(params({ profile: 'anomalib', reweight: false })).to.include({ reweight: false, max_bank: null });
    expect(params({ profile: 'paper' })).to.include({ distance: 'squared', layer_dim: 1024 });
    expect(params({})).to.include({ profile: 'default', distance: 'euclidean' });
  });

  it('are checked as any key', () => {
    expect(() => params({ profile: 'papr' })).to.throw(ConfigError, 'did you mean "paper"?');
    expect(() => params({ max_banks: 3 })).to.throw(ConfigError, 'did you mean "max_bank"?');
  });
});
