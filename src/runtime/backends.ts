import { suggestion } from '../config/codec.js';
import { UnsupportedBackendError } from '../errors.js';

/** The backends in the order in which they are tried; `tensorflow` is the native one (CUDA or CPU). */
export const BACKENDS = ['tensorflow', 'wasm', 'cpu'] as const;
export type BackendName = (typeof BACKENDS)[number];

/** What `--backend` or `IMGANO_BACKEND` asks for. */
export interface BackendRequest {
  readonly name: BackendName;
  /** A CPU will not do. */
  readonly gpu: boolean;
}

const WORDS: Readonly<Record<string, BackendRequest>> = {
  tensorflow: { name: 'tensorflow', gpu: false },
  native: { name: 'tensorflow', gpu: false },
  node: { name: 'tensorflow', gpu: false },
  cuda: { name: 'tensorflow', gpu: true },
  gpu: { name: 'tensorflow', gpu: true },
  wasm: { name: 'wasm', gpu: false },
  cpu: { name: 'cpu', gpu: false },
};

/**
 * Reads the name of a backend.
 *
 * @returns null for nothing, an empty name or `auto`: take the best one that is there
 * @throws UnsupportedBackendError if the name is not known, or names one that is not supported yet
 */
export function parseBackend(text: string | undefined): BackendRequest | null {
  const word = text?.trim().toLowerCase() ?? '';
  if (word === '' || word === 'auto') return null;
  if (word === 'webgpu') {
    throw new UnsupportedBackendError(
      `backend "webgpu" is not supported yet; use one of ${BACKENDS.join(', ')}, or none for the best one here`,
    );
  }
  if (Object.hasOwn(WORDS, word)) return WORDS[word];
  const known = Object.keys(WORDS);
  throw new UnsupportedBackendError(
    `backend "${text}" is not known${suggestion(word, known)}; use one of ${known.join(', ')}`,
  );
}
