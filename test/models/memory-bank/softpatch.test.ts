import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '../../../src/config/codec.js';
import { ConfigError, DataError } from '../../../src/errors.js';
import type { Detector } from '../../../src/models/detector.js';
import { createExtractor } from '../../../src/models/backbones/create-extractor.js';
import { gaussianDistances } from '../../../src/models/memory-bank/gaussian-distances.js';
import { keptPatches } from '../../../src/models/memory-bank/kept-patches.js';
import { PatchEmbedding } from '../../../src/models/memory-bank/patch-embedding.js';
import { PatchcoreParams } from '../../../src/models/memory-bank/patchcore-params.js';
import { patchcore } from '../../../src/models/memory-bank/patchcore.spec.js';
import { SoftPatchParams } from '../../../src/models/memory-bank/softpatch-params.js';
import { softPatch } from '../../../src/models/memory-bank/softpatch.spec.js';
import { subsetSource } from '../../../src/models/memory-bank/subset-source.js';
import { outlierWeights } from '../../../src/models/memory-bank/outlier-weights.js';
import { loadTensors } from '../../../src/models/tensor-file.js';
import { openWeightsStore } from '../../../src/models/weights-store.js';
import { localOutlierFactors } from '../../../src/ops/local-outlier-factor.js';
import { nearestOthers } from '../../../src/ops/nearest-others.js';
import { silent } from '../../../src/runtime/progress.js';
import { Random } from '../../../src/runtime/random.js';
import { tf } from '../../../src/runtime/tf.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { batchOf, goodPictures, sourceOfArrays, stripedPicture } from '../../support/striped-pictures.js';

const resize = { mode: 'stretch', size: { height: 64, width: 96 } };
const context = { seed: 3, progress: silent };

function make(params: object = {}): Promise<Detector> {
  const decoded = decode(SoftPatchParams, { resize, ...params }, 'params');
  return softPatch.create(decoded, { weights: openWeightsStore() });
}

function makePatchcore(params: object): Promise<Detector> {
  const decoded = decode(PatchcoreParams, { resize, ...params }, 'params');
  return patchcore.create(decoded, { weights: openWeightsStore() });
}

async function scoresOf(detector: Detector, pictures: readonly Float32Array[]): Promise<number[]> {
  const batch = batchOf(pictures);
  const { scores, maps } = await detector.score(batch);
  const values = Array.from(await scores.data());
  tf.dispose([scores, maps!, batch.pixels]);
  return values;
}

/** The definition of Breunig et al., with loops. */
function lofOf(points: readonly (readonly number[])[], k: number): number[] {
  const distance = (a: readonly number[], b: readonly number[]) => Math.hypot(...a.map((v, i) => v - b[i]));
  const neighbors = points.map((p, i) =>
    points
      .map((q, j) => ({ j, d: distance(p, q) }))
      .filter(({ j }) => j !== i)
      .sort((a, b) => a.d - b.d || a.j - b.j)
      .slice(0, k),
  );
  const density = neighbors.map((of) => k / of.reduce((sum, { j, d }) => sum + Math.max(d, neighbors[j][k - 1].d), 0));
  return neighbors.map((of, i) => of.reduce((sum, { j }) => sum + density[j], 0) / k / density[i]);
}

/** Points in the plane with what scikit-learn 1.x and NumPy say of them. */
const POINTS = [0, 0, 1, 0, 0, 2, 3, 1, 2, 2, 1, 3, 9, 8, 0.5, 1];
const LOF3 = [0.964088, 0.964088, 0.893742, 1.099084, 1.02638, 0.998009, 4.465085, 1.177808];
const MAHALANOBIS = [0.822699, 1.116791, 1.352985, 1.512312, 0.065694, 1.40081, 2.373852, 0.526398];

onEveryBackend('outlier weights of vision_softpatch', () => {
  it(
    'local outlier factors are those of scikit-learn',
    leavesNoTensors(async () => {
      const groups = tf.tensor3d(POINTS, [1, 8, 2]);
      const factors = localOutlierFactors(groups, 3);
      (await factors.data()).forEach((value, i) => expect(value).to.be.closeTo(LOF3[i], 1e-5));
      tf.dispose([groups, factors]);
    }),
  );

  it(
    'local outlier factors are those of the definition, group by group',
    leavesNoTensors(async () => {
      const random = new Random(5);
      const points = Array.from({ length: 3 }, (_, g) =>
        Array.from({ length: 9 }, () => Array.from({ length: 5 }, () => 40 * g + (1 + g) * random.normal())),
      );
      const groups = tf.tensor3d(points);
      for (const k of [1, 4, 8]) {
        const factors = localOutlierFactors(groups, k);
        const values = await factors.array();
        values.forEach((of, g) =>
          lofOf(points[g], k).forEach((expected, i) => expect(of[i]).to.be.closeTo(expected, 1e-4 * expected)),
        );
        factors.dispose();
      }
      expect(() => localOutlierFactors(groups, 9)).to.throw('expected k from 1 to 8');
      groups.dispose();
    }),
  );

  it(
    'duplicates have the distance 0 and factors that stay finite',
    leavesNoTensors(async () => {
      const groups = tf.tensor3d([7, 7, 7, 7, 7, 7, 1, 2], [1, 4, 2]);
      const { distances, neighbors } = nearestOthers(groups, 2);
      expect((await distances.array()).slice(0, 3)).to.deep.equal([
        [0, 0],
        [0, 0],
        [0, 0],
      ]);
      (await neighbors.array()).forEach((of, i) => expect(of).to.not.include(i));
      const factors = localOutlierFactors(groups, 2);
      expect((await factors.data()).every(Number.isFinite)).to.equal(true);
      tf.dispose([groups, distances, neighbors, factors]);
    }),
  );

  it(
    'Mahalanobis distances are those of NumPy',
    leavesNoTensors(async () => {
      const groups = tf.tensor3d([...POINTS, ...POINTS.map((v) => v + 100)], [2, 8, 2]);
      const distances = await gaussianDistances(groups, 0.01);
      distances.forEach((value, i) => expect(value).to.be.closeTo(MAHALANOBIS[i % 8], 1e-4));
      groups.dispose();
    }),
  );

  for (const discriminator of ['lof', 'nearest', 'gaussian'] as const) {
    it(
      `${discriminator}: every weight stands with its own patch`,
      leavesNoTensors(async () => {
        const random = new Random(2);
        const [pictures, places, d] = [7, 5, 3];
        const values = Float32Array.from({ length: pictures * places * d }, () => random.normal());
        const odd = 4 * places + 2;
        values.fill(30, odd * d, (odd + 1) * d);
        const features = tf.tensor3d(values, [pictures, places, d]);
        const params = { discriminator, lof_k: 3, covariance_eps: 0.01 };
        const weights = await outlierWeights(features, params, context);
        expect(weights.indexOf(Math.max(...weights))).to.equal(odd);
        features.dispose();
      }),
    );
  }
});

onEveryBackend('vision_softpatch', (backend) => {
  it(
    'takes out the oddest patches, and those far from the mean',
    leavesNoTensors(async () => {
      const rows = tf.tensor2d([0, 0, 0, 0, 0, 0, 0, 100, 0, 0], [10, 1]);
      const weights = Float32Array.from([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      const kept = async (params: { threshold: number; train_patch_outlier_quantile: number }) =>
        Array.from(await keptPatches(rows, weights, params));
      expect(await kept({ threshold: 0.2, train_patch_outlier_quantile: 0 })).to.deep.equal([0, 1, 2, 3, 4, 5, 6, 7]);
      expect(await kept({ threshold: 0.2, train_patch_outlier_quantile: 0.1 })).to.deep.equal([0, 1, 2, 3, 4, 5, 6]);
      expect(await kept({ threshold: 0, train_patch_outlier_quantile: 0 })).to.have.length(10);
      rows.dispose();
    }),
  );

  it(
    'with defective training pictures it finds what PatchCore misses',
    leavesNoTensors(async () => {
      const dirty = [...goodPictures(9), stripedPicture(20, { defect: 14 })];
      const bad = [stripedPicture(31, { defect: 14 }), stripedPicture(32, { defect: 14 })];
      const good = [stripedPicture(41), stripedPicture(42)];
      const margin = async (create: (params: object) => Promise<Detector>) => {
        const detector = await create({ coreset_ratio: 0.5, sampling: 'greedy' });
        await detector.fit(sourceOfArrays(dirty), context);
        const scores = await scoresOf(detector, [...bad, ...good]);
        detector.dispose();
        return Math.min(scores[0], scores[1]) / Math.max(scores[2], scores[3]);
      };
      const [soft, plain] = [await margin(make), await margin(makePatchcore)];
      expect(soft).to.be.greaterThan(1.5);
      expect(soft).to.be.greaterThan(1.3 * plain);
    }),
  );

  it(
    'multiplies distances by the weight of the nearest row, and saves the weights',
    leavesNoTensors(async () => {
      const dir = mkdtempSync(join(tmpdir(), 'imgano-softpatch-'));
      const params = { coreset_ratio: 0.2, score_top: 0 };
      const soft = await make(params);
      await soft.fit(sourceOfArrays(goodPictures(6)), context);
      await soft.save(dir);
      const { bank, weight } = await loadTensors(join(dir, 'bank.safetensors'));
      expect(weight.shape).to.deep.equal([bank.shape[0]]);
      const hard = await make({ ...params, soft_weight: false });
      await hard.load(dir);
      const batch = batchOf([stripedPicture(50)]);
      const [a, b] = [await soft.score(batch), await hard.score(batch)];
      const [weighted, plain] = [await a.maps!.data(), await b.maps!.data()];
      const factors = Array.from(weighted, (value, i) => value / plain[i]);
      // Every factor is one of the stored weights.
      for (const factor of factors) {
        expect(Math.min(...Array.from(weight.data, (w) => Math.abs(w - factor)))).to.be.below(1e-4);
      }
      expect(new Set(factors.map((f) => f.toFixed(3))).size).to.be.above(1);
      tf.dispose([a.scores, a.maps!, b.scores, b.maps!, batch.pixels]);
      soft.dispose();
      hard.dispose();
      rmSync(dir, { recursive: true });
    }),
  );

  it(
    'keeps the least odd patches, each with its own outlier factor',
    leavesNoTensors(async () => {
      const dir = mkdtempSync(join(tmpdir(), 'imgano-softpatch-'));
      const pictures = [...goodPictures(6), stripedPicture(20, { defect: 14 })];
      const params = decode(SoftPatchParams, { resize, coreset_ratio: 1, lof_k: 3 }, 'params');
      const detector = await make(params);
      await detector.fit(sourceOfArrays(pictures, 1), context);
      await detector.save(dir);
      detector.dispose();
      const { bank, weight } = await loadTensors(join(dir, 'bank.safetensors'));
      rmSync(dir, { recursive: true });

      const extractor = await createExtractor(params.backbone, openWeightsStore());
      const embedding = new PatchEmbedding(extractor, params, 3);
      const patches: number[][][] = [];
      for (const picture of pictures) {
        const batch = batchOf([picture]);
        const features = embedding.embed(batch.pixels);
        patches.push(((await features.array()) as number[][][][])[0].flat());
        tf.dispose([features, batch.pixels]);
      }
      embedding.dispose();
      extractor.dispose();
      const places = patches[0].map((_, place) =>
        lofOf(
          patches.map((of) => of[place]),
          3,
        ),
      );
      const all = patches.flatMap((of, picture) => of.map((row, place) => ({ row, lof: places[place][picture] })));
      const usual = [...all].sort((a, b) => a.lof - b.lof).slice(0, Math.floor(0.85 * (all.length - 1)) + 1);
      const width = bank.shape[1];
      expect(bank.shape[0]).to.equal(usual.length);
      const factors = new Map(usual.map(({ row, lof }) => [row.join(), lof]));
      for (let i = 0; i < usual.length; i++) {
        const lof = factors.get(Array.from(bank.data.subarray(i * width, (i + 1) * width)).join());
        expect(weight.data[i]).to.be.closeTo(lof ?? NaN, 1e-3);
      }
    }),
  );

  it(
    'names what is wrong: too few pictures, a pool too small, damaged pictures, another size rule',
    leavesNoTensors(async () => {
      const detector = await make();
      const failure = async (pictures: Float32Array[]) =>
        detector.fit(sourceOfArrays(pictures), context).then(
          () => null,
          (error: unknown) => error as Error,
        );
      expect(await failure(goodPictures(2)))
        .to.be.instanceOf(DataError)
        .and.have.property('message')
        .that.contains('got 2');
      const damaged = goodPictures(4);
      damaged[2].fill(NaN);
      expect(await failure(damaged))
        .to.be.instanceOf(DataError)
        .and.have.property('message')
        .that.contains('not finite');
      detector.dispose();
      const small = await make({ pool_mb: 0.01 });
      const error = await small.fit(sourceOfArrays(goodPictures(4)), context).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(ConfigError).and.have.property('message').that.contains('pool_mb');
      small.dispose();
      expect(() => decode(SoftPatchParams, { resize: { mode: 'scale' } }, 'params')).to.throw(ConfigError);
    }),
  );

  if (backend !== 'cpu') {
    it(
      'draws whole pictures when not all fit into the pool',
      leavesNoTensors(async () => {
        const lines: string[] = [];
        const detector = await make({ pool_mb: 0.06, coreset_ratio: 1 });
        const info = (line: string) => lines.push(line);
        await detector.fit(sourceOfArrays(goodPictures(7), 3), { ...context, progress: { ...silent, info } });
        expect(lines.join()).to.match(/made of 4 of 7 pictures/);
        const [bad, good] = await scoresOf(detector, [stripedPicture(31, { defect: 14 }), stripedPicture(41)]);
        expect(bad).to.be.greaterThan(good);
        detector.dispose();
      }),
    );
  }

  it(
    'a part of a source keeps order, names and sizes',
    leavesNoTensors(async () => {
      const flat = (value: number) => new Float32Array(2 * 2 * 3).fill(value);
      const source = sourceOfArrays([0, 1, 2, 3, 4].map(flat), 2, 2, 2);
      const seen: number[] = [];
      for await (const { pixels, sources, sizes } of subsetSource(source, new Set([1, 4])).batches()) {
        expect([sources.length, sizes.length]).to.deep.equal([pixels.shape[0], pixels.shape[0]]);
        const means = pixels.mean([1, 2, 3]);
        seen.push(...(await means.data()));
        means.dispose();
        pixels.dispose();
      }
      expect(seen).to.deep.equal([1, 4]);
    }),
  );
});
