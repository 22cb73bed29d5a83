import { openReferences, type References } from '../data/references.js';
import { ConfigError } from '../errors.js';
import type { ModelSpec } from '../models/spec.js';

/**
 * The references that a model compares pictures with.
 *
 * @param path a folder or a picture; null when none was given
 * @returns null for a model that needs none
 * @throws ConfigError when the model needs references and none are given, or the other way round; DataError when they cannot be
 *   opened
 */
export async function referencesFor(spec: ModelSpec, path: string | null): Promise<References | null> {
  if (spec.needs.references !== true) {
    if (path === null) return null;
    throw new ConfigError(`${path}: model "${spec.name}" takes no references; leave --reference-dir out`);
  }
  if (path !== null) return openReferences(path);
  throw new ConfigError(
    `model "${spec.name}" compares every picture with a reference; give --reference-dir FOLDER with pictures of the same names`,
  );
}
