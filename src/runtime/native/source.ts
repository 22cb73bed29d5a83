import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError } from '../../errors.js';

/** Where the TensorFlow library of a native build comes from. */
export type NativeSource =
  | { readonly kind: 'auto' }
  | { readonly kind: 'npm' }
  /** The TensorFlow of the Python that is at hand (see `pythonOf`). */
  | { readonly kind: 'pip' }
  | { readonly kind: 'dir'; readonly path: string }
  | { readonly kind: 'wheel'; readonly path: string };

/**
 * Reads the value of `--from`: `auto`, `npm`, `pip`, `dir:PATH` or `wheel:PATH`.
 *
 * @throws ConfigError if it is none of these, or the path does not exist
 */
export function parseSource(text: string): NativeSource {
  if (text === 'auto' || text === 'npm' || text === 'pip') return { kind: text };
  const [, kind, given] = /^(dir|wheel):(.+)$/.exec(text) ?? [];
  if (kind !== 'dir' && kind !== 'wheel') {
    throw new ConfigError(`--from: expected auto, npm, pip, dir:PATH or wheel:PATH, got "${text}"`);
  }
  const path = resolve(given);
  if (!existsSync(path)) throw new ConfigError(`--from ${kind}: there is no ${path}; check the path`);
  return { kind, path };
}

/** The source as the description of a build records it. */
export function describeSource(from: NativeSource): string {
  return from.kind === 'dir' || from.kind === 'wheel' ? `${from.kind}:${from.path}` : from.kind;
}
