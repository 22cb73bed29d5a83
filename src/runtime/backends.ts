import { suggestion } from '../config/codec.js';
import { UnsupportedBackendError } from '../errors.js';

/** The backends: `tensorflow` is the native one (CUDA or CPU), `webgpu` is for any other GPU. */
export const BACKENDS = ['tensorflow', 'wasm', 'cpu', 'webgpu'] as const;
export type BackendName = (typeof BACKENDS)[number];

/** Those that are tried where none is asked for, in this order. `webgpu` runs only when it is asked for. */
export const AUTOMATIC_BACKENDS: readonly BackendName[] = ['tensorflow', 'wasm', 'cpu'];

/** What `--backend` or `IMGANO_BACKEND` asks for. */
export interface BackendRequest {
  readonly name: BackendName;
  /** A CPU will not do. */
  readonly gpu: boolean;
  /** What stood behind `webgpu:`, which `adapterChoice` reads. */
  readonly adapter?: string;
}

const WORDS: Readonly<Record<string, BackendRequest>> = {
  tensorflow: { name: 'tensorflow', gpu: false },
  native: { name: 'tensorflow', gpu: false },
  node: { name: 'tensorflow', gpu: false },
  cuda: { name: 'tensorflow', gpu: true },
  gpu: { name: 'tensorflow', gpu: true },
  wasm: { name: 'wasm', gpu: false },
  cpu: { name: 'cpu', gpu: false },
  webgpu: { name: 'webgpu', gpu: true },
};

/** What stands before the choice of an adapter. */
const WITH_ADAPTER = 'webgpu:';

/**
 * Reads the name of a backend.
 *
 * @returns null for nothing, an empty name or `auto`: take the best one that is there
 * @throws UnsupportedBackendError if the name is not known
 */
export function parseBackend(text: string | undefined): BackendRequest | null {
  const word = text?.trim().toLowerCase() ?? '';
  if (word === '' || word === 'auto') return null;
  if (word.startsWith(WITH_ADAPTER)) {
    return { ...WORDS.webgpu, adapter: text!.trim().slice(WITH_ADAPTER.length).trim() };
  }
  if (Object.hasOwn(WORDS, word)) return WORDS[word];
  const known = Object.keys(WORDS);
  throw new UnsupportedBackendError(
    `backend "${text}" is not known${suggestion(word, known)}; use one of ${known.join(', ')}`,
  );
}
