import { suggestion } from '../config/codec.js';
import { ConfigError } from '../errors.js';
import { dinomaly } from './distillation/dinomaly.spec.js';
import { efficientAd } from './distillation/efficientad.spec.js';
import { reverseDistillation } from './distillation/reverse-distillation.spec.js';
import { stfpm } from './distillation/stfpm.spec.js';
import { studentTeacherLite } from './distillation/student-teacher-lite.spec.js';
import { uninet } from './distillation/uninet.spec.js';
import { cflow } from './flow/cflow.spec.js';
import { csflow } from './flow/csflow.spec.js';
import { differnet } from './flow/differnet.spec.js';
import { fastflow } from './flow/fastflow.spec.js';
import { devNet } from './discriminative/devnet.spec.js';
import { glass } from './discriminative/glass.spec.js';
import { simpleNet } from './discriminative/simplenet.spec.js';
import { superSimpleNet } from './discriminative/supersimplenet.spec.js';
import { dfm } from './gaussian/dfm.spec.js';
import { padim } from './gaussian/padim.spec.js';
import { pixelGaussian } from './gaussian/pixel-gaussian.spec.js';
import { pixelMad } from './gaussian/pixel-mad.spec.js';
import { pixelMeanAbsdiff } from './gaussian/pixel-mean-absdiff.spec.js';
import { anomalyDino } from './memory-bank/anomalydino.spec.js';
import { patchcoreLiteMap } from './memory-bank/patchcore-lite-map.spec.js';
import { patchcoreLite } from './memory-bank/patchcore-lite.spec.js';
import { patchcoreOnline } from './memory-bank/patchcore-online.spec.js';
import { patchcore } from './memory-bank/patchcore.spec.js';
import { softPatch } from './memory-bank/softpatch.spec.js';
import { superAd } from './memory-bank/superad.spec.js';
import { spade } from './memory-bank/spade.spec.js';
import { cfa } from './one-class/cfa.spec.js';
import { coreAutoencoder } from './one-class/core-autoencoder.spec.js';
import { coreDeepSvdd } from './one-class/core-deep-svdd.spec.js';
import { deepSvdd } from './one-class/deep-svdd.spec.js';
import { patchEmbeddingCoreMap } from './one-class/patch-embedding-core-map.spec.js';
import { denoisingUnet } from './reconstruction/denoising-unet.spec.js';
import { ssimAutoencoder } from './reconstruction/ssim-autoencoder.spec.js';
import { vae } from './reconstruction/vae.spec.js';
import { vqvae } from './reconstruction/vqvae.spec.js';
import type { ModelSpec } from './spec.js';
import { cutPaste } from './discriminative/cutpaste.spec.js';
import { draem } from './discriminative/draem.spec.js';
import { memseg } from './discriminative/memseg.spec.js';
import { riad } from './reconstruction/riad.spec.js';
import { goldenTemplate } from './template/golden-template.spec.js';
import { phaseCorrelationMap } from './template/phase-correlation.spec.js';
import { refPatchDistance } from './template/ref-patch-distance.spec.js';
import { ssimTemplate } from './template/ssim-template.spec.js';
import { templateNcc } from './template/template-ncc.spec.js';

/** Every model, in the order in which lists show them. Data only: `create` brings the code. */
export const MODELS: readonly ModelSpec[] = [
  patchcore as ModelSpec,
  padim as ModelSpec,
  patchcoreLite as ModelSpec,
  patchcoreOnline as ModelSpec,
  patchcoreLiteMap as ModelSpec,
  softPatch as ModelSpec,
  anomalyDino as ModelSpec,
  superAd as ModelSpec,
  spade as ModelSpec,
  dfm as ModelSpec,
  cfa as ModelSpec,
  patchEmbeddingCoreMap as ModelSpec,
  deepSvdd as ModelSpec,
  coreDeepSvdd as ModelSpec,
  coreAutoencoder as ModelSpec,
  stfpm as ModelSpec,
  studentTeacherLite as ModelSpec,
  denoisingUnet as ModelSpec,
  ssimAutoencoder as ModelSpec,
  vae as ModelSpec,
  vqvae as ModelSpec,
  fastflow as ModelSpec,
  cflow as ModelSpec,
  csflow as ModelSpec,
  reverseDistillation as ModelSpec,
  uninet as ModelSpec,
  differnet as ModelSpec,
  efficientAd as ModelSpec,
  dinomaly as ModelSpec,
  riad as ModelSpec,
  draem as ModelSpec,
  memseg as ModelSpec,
  cutPaste as ModelSpec,
  simpleNet as ModelSpec,
  superSimpleNet as ModelSpec,
  glass as ModelSpec,
  devNet as ModelSpec,
  pixelGaussian as ModelSpec,
  pixelMad as ModelSpec,
  pixelMeanAbsdiff as ModelSpec,
  templateNcc as ModelSpec,
  ssimTemplate as ModelSpec,
  phaseCorrelationMap as ModelSpec,
  goldenTemplate as ModelSpec,
  refPatchDistance as ModelSpec,
];

/**
 * The registry entry of a model.
 *
 * @throws ConfigError when no model has this name, with the closest one
 */
export function findModel(name: string): ModelSpec {
  const names = MODELS.map((model) => model.name);
  const found = MODELS.find((model) => model.name === name || model.aliases?.includes(name) === true);
  if (found !== undefined) return found;
  throw new ConfigError(`model "${name}" is unknown${suggestion(name, names)}; the models are: ${names.join(', ')}`);
}
