import { findingLine } from '../../config/finding.js';
import type { InferConfig } from '../../config/infer-config.js';
import { readInferConfig } from '../../config/read-infer-config.js';
import { ConfigError } from '../../errors.js';
import { readDocument } from '../../inference/read-document.js';

/**
 * Reads the config of a run without loading the run.
 *
 * @param path an `infer_config.json`, or the folder that holds it
 * @throws ConfigError with everything that is wrong
 */
export async function readConfigFile(path: string): Promise<{ file: string; config: InferConfig }> {
  const { file, value, findings: trouble } = await readDocument(path);
  const { config, findings } = trouble.length > 0 ? { findings: trouble } : readInferConfig(value);
  const lines = findings.filter(({ severity }) => severity === 'error').map((finding) => findingLine(file, finding));
  if (config === undefined || lines.length > 0) throw new ConfigError(lines.join('\n'), lines);
  return { file, config };
}
