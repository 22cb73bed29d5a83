import type { InferConfig } from '../../config/infer-config.js';
import type { Semantics } from '../../defects/stage.js';

/** A config of schema_version 2 runs the defects stages of this package, an older one those of the Python system. */
export function semanticsOf({ schema_version }: Pick<InferConfig, 'schema_version'>): Semantics {
  return schema_version === 1 ? 1 : 2;
}
