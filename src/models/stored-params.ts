import { ConfigError } from '../errors.js';

/** Those parameters that decide what the values of a saved model mean, as JSON has them, so that what is read back compares equal. */
export function paramsToStore<P extends object>(
  params: P,
  keys: readonly (keyof P & string)[],
): Record<string, unknown> {
  const entries = keys.map((key) => [key, params[key]]);
  return JSON.parse(JSON.stringify(Object.fromEntries(entries))) as Record<string, unknown>;
}

/**
 * Refuses a model that was made with other parameters than those that it is to be used with.
 *
 * @param path the model's document, for the message
 * @param stored what `paramsToStore` gave when the model was saved
 * @throws ConfigError that names the first difference
 */
export function requireStoredParams<P extends object>(
  path: string,
  stored: Readonly<Record<string, unknown>>,
  params: P,
  keys: readonly (keyof P & string)[],
): void {
  const wanted = paramsToStore(params, keys);
  for (const key of keys) {
    // A key that is younger than the model was off, which is null, when the model was made.
    const [was, is] = [stored[key] ?? null, wanted[key] ?? null].map((value) => JSON.stringify(value));
    if (was === is) continue;
    throw new ConfigError(`${path}: the model was made with ${key} ${was}, but the config says ${is}; train again`);
  }
}
