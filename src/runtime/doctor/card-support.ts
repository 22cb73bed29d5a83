import type { BuildInfo } from '../native/build-info.js';
import type { Gpu } from './gpus.js';

/** The architectures that libtensorflow-gpu 2.9.1 of the stock package holds code for; it has no `build_info.py` to ask. */
const STOCK = {
  version: '2.9.1',
  cuda: '11.2',
  architectures: ['sm_35', 'sm_50', 'sm_60', 'sm_70', 'sm_75', 'compute_80'],
};

/**
 * How a library in use fits the card: compiled code, code that the driver has to compile first, or none.
 *
 * @param card the first one; undefined where `nvidia-smi` is not there though the library uses a GPU
 */
export function cardSupport(
  card: Gpu | undefined,
  library: BuildInfo | null,
  tensorflow: string | null,
): { detail: string; fix: string | null } {
  const cuda = library?.cuda_version ?? (tensorflow === STOCK.version ? STOCK.cuda : null);
  const what = `TensorFlow ${tensorflow}${cuda === null ? '' : ` with CUDA ${cuda}`} uses ${card?.name ?? 'a GPU'}`;
  const capability = card?.compute_capability ?? null;
  const architectures = library?.compute_capabilities ?? (tensorflow === STOCK.version ? STOCK.architectures : null);
  if (capability === null || architectures === null || hasCode(architectures, capability)) {
    return { detail: what, fix: null };
  }
  return {
    detail:
      `${what}, but holds no code for compute capability ${capability}: the driver compiles its kernels first, which takes minutes to half an hour ` +
      'and is kept (CUDA_CACHE_PATH), and the speed is not that of the card',
    fix:
      tensorflow === STOCK.version
        ? 'pip install "tensorflow[and-cuda]==2.21.0", then: imgano native install --gpu --from pip'
        : 'imgano warmup, once after each installation',
  };
}

/**
 * Compiled code runs on cards of the same major version and the same or a later minor one. TensorFlow's builds put compiled code beside
 * the portable one of a `compute_` entry.
 */
function hasCode(architectures: readonly string[], capability: string): boolean {
  const [major, minor] = capability.split('.').map(Number);
  return architectures.some((architecture) => {
    const [, digits] = /^(?:sm|compute)_(\d+)[af]?$/.exec(architecture) ?? [];
    if (digits === undefined) return false;
    const own = Number(digits);
    return Math.floor(own / 10) === major && own % 10 <= minor;
  });
}
