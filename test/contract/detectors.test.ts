import { expect } from 'chai';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '../../src/config/codec.js';
import { NotFittedError } from '../../src/errors.js';
import { DefectFitSource } from '../../src/inference/defect-fit-source.js';
import { PictureFitSource } from '../../src/inference/fit-source.js';
import { prepare } from '../../src/inference/prepare.js';
import type { Batch, Detector } from '../../src/models/detector.js';
import { MODELS } from '../../src/models/registry.js';
import { openWeightsStore } from '../../src/models/weights-store.js';
import { silent } from '../../src/runtime/progress.js';
import { tf, type Tensor4D } from '../../src/runtime/tf.js';
import { createTrainer } from '../../src/workbench/training/create-trainer.js';
import type { Picture } from '../../src/data/picture.js';
import { leavesNoTensors, onEveryBackend } from '../support/backends.js';
import { sourceOf, toyPicture } from '../support/toy-pictures.js';

// One battery over every registered model: what a detector promises, whatever it computes.

/** Small sizes, so that the battery is quick on every backend. */
const small = { height: 48, width: 64 };
/** For models that are trained. */
const tiny = { height: 24, width: 24 };
const fine = { name: 'filterbank', stride: 4, levels: 2 };
/** Of models that reconstruct pictures: as small as they can be. */
const coder = {
  resize: { mode: 'stretch', size: { height: 24, width: 32 } },
  width: 2,
  training: { epochs: 3, batch_size: 4, lr: 2e-2 },
};
const kwargs: Record<string, Record<string, unknown>> = {
  vision_patchcore: { resize: { mode: 'stretch', size: small }, coreset_ratio: 1, max_bank: 60 },
  vision_spade: { resize: { mode: 'stretch', size: small }, k: 4 },
  vision_patchcore_lite: { resize: { mode: 'stretch', size: small } },
  vision_patchcore_online: { resize: { mode: 'stretch', size: small }, max_bank: 4 },
  vision_patchcore_lite_map: { resize: { mode: 'stretch', size: small } },
  vision_softpatch: { resize: { mode: 'stretch', size: small }, coreset_ratio: 1, max_bank: 120 },
  vision_anomalydino: { resize: { mode: 'stretch', size: small } },
  vision_superad: {
    resize: { mode: 'stretch', size: small },
    tile_size: 32,
    overlap: 16,
    coreset_ratio: 1,
    max_bank: 60,
  },
  vision_dfm: { resize: { mode: 'stretch', size: small }, pooling: 2 },
  vision_cfa: { resize: { mode: 'stretch', size: small }, epochs: 2 },
  vision_stfpm: {
    backbone: fine,
    resize: { mode: 'stretch', size: tiny },
    student_width: 2,
    training: { epochs: 2, batch_size: 1, lr: 0.2 },
  },
  vision_efficientad: {
    backbone: { ...fine, levels: 1 },
    teacher: 'backbone',
    width: 0.03,
    resize: { mode: 'stretch', size: { height: 32, width: 32 } },
    training: { epochs: 1, batch_size: 4, lr: 0.01 },
  },
  vision_reverse_distillation: {
    backbone: fine,
    resize: { mode: 'stretch', size: tiny },
    student_width: 2,
    training: { epochs: 3, batch_size: 1, lr: 0.02 },
  },
  vision_uninet: {
    backbone: fine,
    resize: { mode: 'stretch', size: { height: 32, width: 32 } },
    student_width: 2,
    training: { epochs: 12, batch_size: 4, lr: 0.02 },
  },
  // A handful of features and steps asks for noise of all sizes.
  vision_simplenet: {
    backbone: { name: 'filterbank', stride: 4, levels: 1 },
    resize: { mode: 'stretch', size: tiny },
    hidden_dim: 16,
    noise_std: 0.1,
    noise_reach: 50,
    training: { epochs: 6, lr: 2e-2 },
  },
  vision_supersimplenet: {
    backbone: { name: 'filterbank', stride: 16, levels: 1 },
    resize: { mode: 'stretch', size: small },
    hidden_dim: 16,
    cls_dim: 4,
    noise_std: 0.1,
    noise_reach: 200,
    training: { epochs: 6, lr: 2e-2, batch_size: 2 },
  },
  vision_devnet: {
    backbone: { name: 'filterbank', stride: 4, levels: 1 },
    resize: { mode: 'stretch', size: tiny },
    hidden_dim: 8,
    training: { epochs: 5, lr: 3e-2, batch_size: 4 },
  },
  vision_dinomaly: {
    backbone: { ...fine, levels: 1 },
    resize: { mode: 'stretch', size: tiny },
    decoder_layers: 2,
    training: { epochs: 2, batch_size: 8, lr: 5e-3 },
  },
  vision_student_teacher_lite: {
    backbone: { name: 'filterbank', stride: 8, levels: 2 },
    resize: { mode: 'stretch', size: { height: 24, width: 32 } },
  },
  vision_patch_embedding_core_map: { resize: { mode: 'stretch', size: small } },
  vision_deep_svdd: {
    ...{ resize: { mode: 'stretch', size: { height: 16, width: 16 } }, width: 2, stages: 2, representation: 4 },
    ...{ pretraining: { epochs: 1 }, training: { epochs: 3, lr: 1e-2 } },
  },
  core_autoencoder: {
    ...{ backbone: fine, resize: { mode: 'stretch', size: tiny }, row_batch: 64, map_scale: 'place' },
    ...{ hidden: [8, 4], training: { epochs: 5, lr: 1e-2 } },
  },
  core_deep_svdd: {
    ...{ backbone: fine, resize: { mode: 'stretch', size: tiny }, row_batch: 64 },
    ...{ hidden: [8, 4], training: { epochs: 5, lr: 1e-2 } },
  },
  ae_resnet_unet: { ...coder, levels: 1 },
  ssim_autoencoder: { ...coder, levels: 2, latent: 2, map_scale: 'place' },
  vae_conv: { ...coder, levels: 2, latent: 2 },
  vqvae_conv: { ...coder, levels: 2, latent: 4, codes: 8 },
  vision_riad: {
    ...coder,
    resize: { mode: 'stretch', size: { height: 16, width: 24 } },
    levels: 1,
    square_sizes: [4],
    disjoint_sets: 2,
    mean_filter: 3,
    training: { epochs: 2, batch_size: 4, lr: 2e-2 },
  },
  vision_glass: {
    ...{ backbone: { name: 'filterbank', stride: 8, levels: 1 }, resize: { mode: 'stretch', size: tiny } },
    ...{ hidden_dim: 8, ascent_steps: 1, training: { epochs: 1, batch_size: 8 } },
  },
  vision_draem: {
    ...coder,
    ...{ resize: { mode: 'stretch', size: { height: 16, width: 16 } }, levels: 1, mean_filter: 3 },
    training: { epochs: 1, batch_size: 8 },
  },
  vision_memseg: {
    backbone: { ...fine, levels: 1 },
    ...{ resize: { mode: 'stretch', size: { height: 16, width: 16 } }, channels: 2 },
    training: { max_steps: 1, batch_size: 4 },
  },
  vision_cutpaste: {
    resize: coder.resize,
    width: 4,
    stages: 2,
    head: 8,
    training: { epochs: 6, batch_size: 8, lr: 3e-2 },
  },
  vision_ref_patch_distance_map: { resize: { mode: 'stretch', size: small } },
  vision_fastflow: {
    backbone: { name: 'filterbank', stride: 8, levels: 1 },
    resize: { mode: 'stretch', size: small },
    flow_steps: 2,
    training: { epochs: 2, batch_size: 4, lr: 5e-3 },
  },
  vision_cflow: {
    backbone: { name: 'filterbank', stride: 8, levels: 1 },
    resize: { mode: 'stretch', size: small },
    coupling_blocks: 2,
    condition_dim: 8,
    fiber_batch_size: 64,
    training: { epochs: 4, lr: 5e-3 },
  },
  vision_differnet: {
    backbone: { name: 'filterbank', stride: 8, levels: 1 },
    resize: { mode: 'stretch', size: { height: 32, width: 64 } },
    coupling_blocks: 2,
    hidden: 8,
    transforms: 2,
    feature_noise: 0.2,
    training: { epochs: 2, lr: 1e-3 },
  },
  vision_csflow: {
    backbone: { name: 'filterbank', stride: 8, levels: 1 },
    resize: { mode: 'stretch', size: { height: 32, width: 64 } },
    coupling_blocks: 1,
    hidden_channels: 2,
    training: { epochs: 2, batch_size: 8, lr: 1e-2 },
  },
  vision_padim: { resize: { mode: 'stretch', size: small }, d: 16 },
};

const good = Array.from({ length: 8 }, (_, i) => toyPicture(i));
const unseen = [toyPicture(100), toyPicture(101)];
const defective = toyPicture(102, { defect: 14 });
/** What models learn from that cannot do without defects. */
const labelled = [103, 104].map((seed) => ({ source: sourceOf(toyPicture(seed, { defect: 14 })), maskPath: null }));
/** What every picture is compared with, by models that compare with references. */
const goldenSample = toyPicture(1000);

/**
 * They see nothing before hundreds of steps, which take minutes on the slow backends: a few steps show all that a detector promises but what
 * it finds, which `npm run bench -- trained-models` shows.
 */
const blind: ReadonlySet<string> = new Set(['vision_draem', 'vision_glass', 'vision_memseg']);

onEveryBackend('detector contract', () => {
  for (const spec of MODELS) {
    describe(spec.name, () => {
      const make = () =>
        spec.create(decode(spec.params, kwargs[spec.name] ?? resized(spec.params), spec.name), {
          weights: openWeightsStore(),
        });
      const fitted = async (seed = 1) => {
        const detector = await make();
        const references = spec.needs.references === true ? { of: async () => goldenSample } : null;
        const source = new PictureFitSource(good.map(sourceOf), detector.input, 3, undefined, references);
        const defects =
          spec.needs.defects === 'required'
            ? await DefectFitSource.of(labelled, detector.input, { batchSize: 3, tiles: null })
            : undefined;
        await detector.fit(source, { seed, progress: silent, train: createTrainer(), defects });
        return detector;
      };

      // Fits take most of the time: later tests take the model that the first one saved.
      let dir: string;
      before(() => {
        dir = mkdtempSync(join(tmpdir(), 'imgano-contract-'));
      });
      after(() => rmSync(dir, { recursive: true }));
      const saved = async () => {
        const detector = await make();
        await detector.load(dir);
        return detector;
      };

      it('decodes its own parameters', () => {
        const params = decode(spec.params, {}, spec.name);
        expect(decode(spec.params, JSON.parse(JSON.stringify(spec.params.encode(params))), spec.name)).to.deep.equal(
          params,
        );
      });

      it(
        'refuses to score or save before it is fitted',
        leavesNoTensors(async () => {
          const detector = await make();
          const batch = batchOf([good[0]], detector);
          expect(await failure(() => detector.score(batch))).to.be.instanceOf(NotFittedError);
          expect(await failure(() => detector.save(tmpdir()))).to.be.instanceOf(NotFittedError);
          tf.dispose([batch.pixels, batch.references]);
          detector.dispose();
        }),
      );

      it(
        `${blind.has(spec.name) ? '' : 'scores a defect above good pictures, '}repeats itself, and survives saving`,
        leavesNoTensors(async () => {
          const detector = await fitted();
          const first = await scoresOf(detector, [...unseen, defective]);
          if (!blind.has(spec.name)) expect(first[2]).to.be.above(Math.max(first[0], first[1]));
          expect(await scoresOf(detector, [...unseen, defective])).to.deep.equal(first);

          const again = await fitted();
          expect(await scoresOf(again, [...unseen, defective])).to.deep.equal(first);
          again.dispose();

          await detector.save(dir);
          detector.dispose();
          const loaded = await saved();
          expect(await scoresOf(loaded, [...unseen, defective])).to.deep.equal(first);
          loaded.dispose();
        }),
      );

      it(
        'gives the same scores and maps alone and in a batch',
        leavesNoTensors(async () => {
          const detector = await saved();
          const together = await scoresOf(detector, [...unseen, defective]);
          for (const [i, picture] of [...unseen, defective].entries()) {
            const [alone] = await scoresOf(detector, [picture]);
            expect(Math.abs(alone - together[i])).to.be.at.most(1e-4 * Math.abs(together[i]) + 1e-6);
          }
          detector.dispose();
        }),
      );

      it(
        `gives finite maps${blind.has(spec.name) ? '' : ' that are highest at the defect'}, and leaves only its outputs`,
        leavesNoTensors(async () => {
          const detector = await saved();
          const batch = batchOf([defective], detector);
          const before = tf.memory().numTensors;
          const { scores, maps } = await detector.score(batch);
          expect(tf.memory().numTensors).to.equal(before + (maps === null ? 1 : 2));
          if (spec.outputs.includes('map')) {
            expect(maps).to.not.equal(null);
            const [, h, w] = maps!.shape;
            const values = await maps!.data();
            expect(values.every((value) => Number.isFinite(value))).to.equal(true);
            if (!blind.has(spec.name)) {
              const peak = values.indexOf(Math.max(...values));
              expect(Math.floor(peak / w) / h, 'row of the peak').to.be.within(0.1, 0.7);
              expect((peak % w) / w, 'column of the peak').to.be.within(0.2, 0.65);
            }
          }
          tf.dispose([scores, ...(maps === null ? [] : [maps]), batch.pixels, batch.references]);
          detector.dispose();
        }),
      );
    });
  }
});

/** Models with a fixed size say it as `resize_hw`; others keep their defaults. */
function resized(params: { name: string } & object): Record<string, unknown> {
  return 'props' in params && 'resize_hw' in (params.props as object) ? { resize_hw: small } : {};
}

/** With references, whether or not the model looks at them. */
function batchOf(pictures: readonly Picture[], detector: Detector): Batch & { references: Tensor4D } {
  const together = (some: readonly Picture[]) => {
    const tensors = some.map((picture) => prepare(picture, detector.input));
    const all = tf.concat(tensors, 0) as Tensor4D;
    tf.dispose(tensors);
    return all;
  };
  return {
    pixels: together(pictures),
    references: together(pictures.map(() => goldenSample)),
    sources: pictures.map((p) => p.source),
    sizes: pictures,
  };
}

async function scoresOf(detector: Detector, pictures: readonly Picture[]): Promise<number[]> {
  const batch = batchOf(pictures, detector);
  const { scores, maps } = await detector.score(batch);
  const values = Array.from(await scores.data());
  tf.dispose([scores, ...(maps === null ? [] : [maps]), batch.pixels, batch.references]);
  return values;
}

async function failure(body: () => Promise<unknown>): Promise<unknown> {
  try {
    await body();
  } catch (error) {
    return error;
  }
  return null;
}
