import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { ScoreSketch } from '../../config/bundle.js';
import { DataError } from '../../errors.js';
import { BUNDLE_FILES } from '../bundle/bundle-files.js';
import { checkBundleFiles } from '../bundle/check-files.js';
import { expectedShare } from '../bundle/expected-share.js';
import { refusal } from '../bundle/open-bundle.js';
import { readConfigFile } from '../bundle/read-config-file.js';
import { sketchScores } from '../bundle/sketch.js';
import type { DriftReference } from './drift-report.js';

export interface ReadReference extends DriftReference {
  /** Of a bundle: the config that its records name. */
  readonly configSha256: string | null;
}

/**
 * The scores that the threshold of a bundle or of a run was calibrated on. A bundle is checked first.
 *
 * @param path a bundle, a run folder, or an `infer_config.json`
 * @throws DataError for a bundle that is not whole, and where no calibration scores are stored; ConfigError
 */
export async function readReference(path: string): Promise<ReadReference> {
  const isBundle = await stat(join(path, BUNDLE_FILES.manifest)).catch(() => null);
  if (isBundle !== null) {
    const { manifest, findings } = await checkBundleFiles(path, null);
    if (manifest === undefined || findings.length > 0) throw refusal(path, findings);
    const { calibration, threshold, expected_share: share, config_sha256: configSha256 } = manifest;
    return { sketch: requireScores(calibration, path), threshold, expectedShare: share, configSha256 };
  }
  const { file, config } = await readConfigFile(path);
  return {
    sketch: requireScores(sketchScores(config.calibration_scores), file),
    threshold: config.threshold,
    expectedShare: expectedShare(config.threshold_provenance),
    configSha256: null,
  };
}

function requireScores(sketch: ScoreSketch | null, path: string): ScoreSketch {
  if (sketch !== null) return sketch;
  throw new DataError(`${path}: holds no calibration scores to compare with; train again, or calibrate the run again`);
}
