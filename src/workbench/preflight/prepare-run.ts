import { decode } from '../../config/codec.js';
import { DefectsConfig } from '../../config/defects.js';
import type { RunConfig } from '../../config/run-config.js';
import { tileRule, type TileRule } from '../../config/tile-rule.js';
import type { DatasetItem } from '../../data/dataset.js';
import type { PictureSource } from '../../data/picture.js';
import type { References } from '../../data/references.js';
import { checkDefectsConfig } from '../../defects/check-config.js';
import type { RoiMask } from '../../defects/roi.js';
import { fitImageThreshold } from '../../inference/thresholds/image-threshold.js';
import { PixelCalibration } from '../../inference/thresholds/pixel-calibration.js';
import { referencesFor } from '../../inference/references-for.js';
import { readRoiMask } from '../../inference/roi-mask.js';
import type { Detector } from '../../models/detector.js';
import { findModel } from '../../models/registry.js';
import { requireBackend } from '../../models/require-backend.js';
import type { ModelSpec } from '../../models/spec.js';
import type { ResolvedWeights, WeightsStore } from '../../models/weights-store.js';
import { startRuntime } from '../../runtime/start.js';
import { labelledDefects } from '../train/labelled-defects.js';
import { otherPictures } from '../train/other-pictures.js';
import { rememberWeights } from '../train/remember-weights.js';
import { requireRoom } from '../train/run-folder.js';
import { splitPictures, type SplitPictures } from '../train/split-pictures.js';
import { claimIssues } from './claim-issues.js';
import { featureIssues } from './feature-issues.js';
import { Issues } from './issues.js';
import { pictureIssues, type PictureSizes } from './picture-issues.js';
import { datasetSummary, type DatasetSummary } from './readiness.js';

export interface PrepareOptions {
  readonly out: string;
  readonly backend?: string;
  readonly weights: WeightsStore;
  readonly warn: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** Everything that a fit starts with; owned by whoever asked for it. */
export interface PreparedRun {
  readonly spec: ModelSpec;
  readonly params: unknown;
  readonly defects: DefectsConfig;
  readonly roiMask?: RoiMask;
  readonly tiles: TileRule | null;
  readonly references: References | null;
  readonly pictures: SplitPictures;
  /** Labelled defects to learn from. */
  readonly labelled: readonly DatasetItem[];
  /** Pictures of other things to learn from. */
  readonly others: readonly PictureSource[];
  readonly sizes: PictureSizes;
  readonly pixels: PixelCalibration;
  readonly backend: string;
  /** Unfitted. */
  readonly detector: Detector;
  /** The weights that the detector was made with. */
  readonly used: readonly ResolvedWeights[];
}

export interface Preparation {
  readonly issues: Issues;
  /** null where the data set could not be read. */
  readonly summary: DatasetSummary | null;
  /** null when there are errors. */
  readonly prepared: PreparedRun | null;
}

/** Checks everything that can be known before a fit, and makes what the fit starts with: one path for `train` and `preflight`. */
export async function prepareRun(config: RunConfig, options: PrepareOptions): Promise<Preparation> {
  const { warn, signal } = options;
  const issues = new Issues();
  const { name } = config.model;
  const spec = await issues.attempt('MODEL_REGISTRY_UNKNOWN_MODEL', () => findModel(name), { model: name });
  const kwargs = config.model.model_kwargs;
  const invalid = 'MODEL_REGISTRY_INVALID_KWARGS';
  const params = spec && (await issues.attempt(invalid, () => decode(spec.params, kwargs, 'model.model_kwargs')));
  if (spec !== undefined) featureIssues(spec, config, issues);
  const defects = config.defects ?? decode(DefectsConfig, {}, 'defects');
  await issues.attempt('DEFECTS_INVALID', () => checkDefectsConfig(defects, 2));
  const tiles = await issues.attempt('TILING_INVALID', () => tileRule(config.adaptation.tiling));
  const roiMask = await issues.attempt('ROI_MASK_UNREADABLE', () => readRoiMask(defects, '.'));
  await issues.attempt('CALIBRATION_INVALID', () => checkRule(config));
  const given = config.dataset.reference_dir;
  const references = spec && (await issues.attempt('REFERENCES_INVALID', () => referencesFor(spec, given)));
  await issues.attempt('OUTPUT_DIR_NOT_EMPTY', () => requireRoom(options.out), { path: options.out });
  const pictures = await issues.attempt('DATASET_UNREADABLE', () => splitPictures(config));
  let sizes: PictureSizes | null = null;
  let labelled: readonly DatasetItem[] | undefined;
  let others: readonly PictureSource[] | undefined;
  let pixels: PixelCalibration | undefined;
  if (pictures !== undefined) {
    const { split, fit, calibration, defective } = pictures;
    const { defects_dir: dir, others_dir } = config.dataset;
    labelled = spec && (await issues.attempt('LABELLED_DEFECTS_INVALID', () => labelledDefects(spec, defective, dir)));
    const goods = [...fit, ...calibration];
    others = spec && (await issues.attempt('OTHER_PICTURES_INVALID', () => otherPictures(spec, others_dir, goods)));
    const taught = [...(labelled ?? []).map(({ source }) => source), ...(others ?? [])];
    sizes = await pictureIssues(pictures, taught, issues, signal);
    claimIssues(config.calibration, defects, calibration.length, issues);
    const wanted = { split, roiMask, warn, signal };
    pixels = await issues.attempt('CALIBRATION_INVALID', () => new PixelCalibration(defects, wanted));
  }
  const backend = await issues.attempt('BACKEND_NOT_THERE', () => startRuntime(options.backend, { warn }));
  const used = rememberWeights(options.weights);
  let detector: Detector | undefined;
  if (backend !== undefined && spec !== undefined && params !== undefined) {
    await issues.attempt('MODEL_REGISTRY_BACKEND_LACKS', () => requireBackend(spec, true), { backend });
    const environment = { weights: used };
    detector = await issues.attempt('MODEL_REGISTRY_NOT_MADE', () => spec.create(params, environment));
  }
  const hasMaps = spec?.outputs.includes('map') ?? false;
  const summary =
    pictures === undefined
      ? null
      : datasetSummary({
          fit: pictures.fit.length,
          calibration: pictures.calibration.length,
          test: pictures.test,
          hasMaps,
        });
  if (issues.hasErrors || sizes === null) {
    detector?.dispose();
    await pixels?.dispose();
    return { issues, summary, prepared: null };
  }
  const made = { spec, params, tiles, references, pictures, labelled, others, pixels, backend, detector } as Omit<
    PreparedRun,
    'defects' | 'roiMask' | 'sizes' | 'used'
  >;
  return { issues, summary, prepared: { ...made, defects, roiMask, sizes, used: used.resolved } };
}

/** A rule that needs a number has it. */
function checkRule({ calibration: rule, model: { contamination } }: RunConfig): void {
  if (rule.rule === 'fixed') fitImageThreshold({ scores: [0], split: 'none', rule, contamination });
}
