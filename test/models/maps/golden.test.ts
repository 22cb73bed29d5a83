import { expect } from 'chai';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decode } from '../../../src/config/codec.js';
import type { Detector } from '../../../src/models/detector.js';
import { pixelGaussian } from '../../../src/models/gaussian/pixel-gaussian.spec.js';
import { pixelMad } from '../../../src/models/gaussian/pixel-mad.spec.js';
import { pixelMeanAbsdiff } from '../../../src/models/gaussian/pixel-mean-absdiff.spec.js';
import { saveTensors, type NamedTensor } from '../../../src/models/tensor-file.js';
import { ssimTemplate } from '../../../src/models/template/ssim-template.spec.js';
import { templateNcc } from '../../../src/models/template/template-ncc.spec.js';
import type { ModelEnvironment, ModelSpec } from '../../../src/models/spec.js';
import { upsampleSmooth } from '../../../src/ops/upsample-smooth.js';
import { silent } from '../../../src/runtime/progress.js';
import { tf } from '../../../src/runtime/tf.js';
import { goldenMaps, type GoldenCase } from '../../golden/maps/fixture.js';
import { leavesNoTensors, onEveryBackend } from '../../support/backends.js';
import { batchOf, free, trainingSource } from './golden-pixels.js';

/** None of these models has weights. */
const environment = {} as ModelEnvironment;

/** Relative to the largest value of the reference. */
interface Tolerance {
  readonly maps: number;
  readonly scores: number;
}

const exact: Tolerance = { maps: 1e-5, scores: 1e-5 };
// The Python system subtracts E[x]^2 from E[x^2] in float32; in float64 its own formula gives values that lie up to 8e-5 (5 x 7
// window) from its maps, which is where ours lie too.
const cancelled: Tolerance = { maps: 1e-4, scores: 1e-4 };

const specs = [
  { spec: pixelGaussian as ModelSpec, tolerance: exact },
  { spec: pixelMad as ModelSpec, tolerance: exact },
  { spec: pixelMeanAbsdiff as ModelSpec, tolerance: exact },
  { spec: templateNcc as ModelSpec, tolerance: cancelled },
  { spec: ssimTemplate as ModelSpec, tolerance: exact },
];

/** The parameters of the case; the score is taken from the map of the picture's size, as Python does. */
async function make(spec: ModelSpec, golden: GoldenCase): Promise<Detector> {
  const python = spec === (templateNcc as ModelSpec) ? { flat: 'python' } : {};
  const params = decode(spec.params, { ...golden.kwargs, ...python, score_size: 'picture' }, golden.name);
  return spec.create(params, environment);
}

/** Fits, or takes the arrays of the case where the choice of pictures is random in Python. */
async function prepare(detector: Detector, golden: GoldenCase): Promise<void> {
  const drawn = 'max_train_images' in golden.kwargs || 'n_templates' in golden.kwargs;
  if (!drawn) return detector.fit(trainingSource(golden, 4), { seed: 0, progress: silent });
  const folder = mkdtempSync(join(tmpdir(), 'imgano-golden-'));
  const tensors: Record<string, NamedTensor> = {};
  const take = (name: string, file: string) => {
    const { shape, data } = golden.array(file);
    tensors[name] = { shape: [...shape, 1], data };
  };
  if ('n_templates' in golden.kwargs) take('templates', 'templates.npy');
  else {
    take('median', 'median_.npy');
    take('mad', 'mad_.npy');
  }
  await saveTensors(join(folder, 'model.safetensors'), tensors);
  const document = { schema_version: 1, model: golden.model, tensors: 'model.safetensors' };
  writeFileSync(join(folder, 'model.json'), JSON.stringify(document));
  await detector.load(folder);
  rmSync(folder, { recursive: true });
}

function worst(got: ArrayLike<number>, want: ArrayLike<number>): number {
  expect(got.length).to.equal(want.length);
  let difference = 0;
  let scale = 0;
  for (let i = 0; i < want.length; i++) {
    difference = Math.max(difference, Math.abs(got[i] - want[i]));
    scale = Math.max(scale, Math.abs(want[i]));
  }
  return difference / scale;
}

onEveryBackend('maps and scores of the Python system', () => {
  for (const { spec, tolerance } of specs) {
    for (const golden of goldenMaps.cases(spec.name)) {
      it(
        golden.name,
        leavesNoTensors(async () => {
          const detector = await make(spec, golden);
          await prepare(detector, golden);
          const test = batchOf(golden, 9, 15);
          const { scores, maps } = await detector.score(test);
          const full = upsampleSmooth(maps!, test.sizes[0], {
            interpolation: detector.map.interpolation,
            sigma: { y: detector.map.sigma, x: detector.map.sigma },
          });
          expect(worst(await full.data(), golden.array('maps_path.npy').data)).to.be.below(tolerance.maps);
          expect(worst(await scores.data(), golden.array('scores_path.npy').data)).to.be.below(tolerance.scores);
          const train = batchOf(golden, 0, 9);
          const again = await detector.score(train);
          expect(worst(await again.scores.data(), golden.train_scores)).to.be.below(tolerance.scores);
          tf.dispose([scores, maps!, full, again.scores, again.maps!]);
          free(test, train);
          detector.dispose();
        }),
      );
    }
  }
});
