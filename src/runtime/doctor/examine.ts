import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { AUTOMATIC_BACKENDS, BACKENDS, type BackendName } from '../backends.js';
import type { BuildInfo } from '../native/build-info.js';
import { cudaLibraries, majorOf } from '../native/cuda-libraries.js';
import { libraryFolder, libraryOf } from '../native/library-of.js';
import { nativeStatus, type NativeStatus } from '../native/status.js';
import { packageVersion } from '../package-version.js';
import { type BackendVerdict, judgeBackend } from './backend-verdict.js';
import { cpuFeatures, type CpuFeatures } from './cpu-features.js';
import { type CudaVerdict, judgeCuda } from './cuda-verdict.js';
import { type Gpu, readDriver } from './gpus.js';
import { runProbe } from './run-probe.js';

/** What `imgano doctor` found, as plain data. */
export interface Examination {
  readonly imgano: string;
  readonly node: { readonly version: string; readonly napi: string };
  readonly system: { readonly platform: string; readonly release: string; readonly arch: string };
  readonly cpu: { readonly model: string; readonly cores: number; readonly features: CpuFeatures | null };
  readonly memory_bytes: number;
  readonly packages: Readonly<Record<string, string | null>>;
  readonly gpus: readonly Gpu[];
  /** The newest CUDA that the driver serves; null without a driver. */
  readonly driver_cuda: string | null;
  /** Whether CUDA serves, and what is in its way. */
  readonly cuda: CudaVerdict;
  /** What the native library was built for; null where it does not say, or there is none. */
  readonly library: BuildInfo | null;
  /** Major versions of CUDA's runtime and of cuDNN that lie beside the library; null where the system's own serve, or none. */
  readonly cuda_libraries: { readonly cudart: number | null; readonly cudnn: number | null };
  readonly native: NativeStatus;
  readonly backends: readonly BackendVerdict[];
  /** The backend that a run takes when none is asked for. */
  readonly default_backend: BackendName | null;
  readonly environment: Readonly<Record<string, string>>;
}

const PACKAGES = [
  '@tensorflow/tfjs',
  '@tensorflow/tfjs-backend-wasm',
  '@tensorflow/tfjs-node',
  '@tensorflow/tfjs-node-gpu',
  '@tensorflow/tfjs-backend-webgpu',
  'webgpu',
  'sharp',
];

const VARIABLES =
  /^(IMGANO_|TF_(FORCE|CPP|NUM|ENABLE|ONEDNN|GPU|CUDNN)|NVIDIA_TF32|CUDA_|LD_LIBRARY_PATH$|VK_|OMP_NUM_THREADS$|UV_THREADPOOL_SIZE$)/;

/** Looks at this machine. Backends are tried in child processes; nothing native is loaded here. */
export async function examine(signal?: AbortSignal): Promise<Examination> {
  const native = nativeStatus();
  const features = cpuFeatures(readText('/proc/cpuinfo'));
  const [driver, ...outcomes] = await Promise.all([
    readDriver(signal),
    ...BACKENDS.map((name) => runProbe(name, signal)),
  ]);
  const { gpus } = driver;
  const backends = BACKENDS.map((name, i) => judgeBackend(name, { outcome: outcomes[i], native, gpus, cpu: features }));
  const library = libraryOf(native);
  const folder = libraryFolder(native);
  const libraries = folder === null ? [] : cudaLibraries(folder);
  const outcome = outcomes[BACKENDS.indexOf('tensorflow')];
  const cuda = judgeCuda({
    ...{ driver, library, visible: process.env.CUDA_VISIBLE_DEVICES },
    ...(outcome.ok
      ? { tensorflow: outcome.facts.tensorflow, used: outcome.facts.gpu, said: outcome.said }
      : { tensorflow: null, used: false, said: outcome.message }),
  });
  return {
    imgano: packageVersion,
    node: { version: process.version, napi: process.versions.napi ?? 'unknown' },
    system: { platform: platform(), release: release(), arch: arch() },
    cpu: { model: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, features },
    memory_bytes: totalmem(),
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
    gpus,
    driver_cuda: driver.cuda_version,
    cuda,
    library,
    cuda_libraries: { cudart: majorOf('cudart', libraries), cudnn: majorOf('cudnn', libraries) },
    native,
    backends,
    default_backend:
      backends.find(({ name, state }) => state === 'there' && AUTOMATIC_BACKENDS.includes(name))?.name ?? null,
    environment: Object.fromEntries(
      Object.entries(process.env).flatMap(([name, value]) =>
        VARIABLES.test(name) && value !== undefined ? [[name, value]] : [],
      ),
    ),
  };
}

function versionOf(name: string): string | null {
  for (const start of [join(process.cwd(), 'package.json'), import.meta.url]) {
    try {
      const manifest = createRequire(start).resolve(`${name}/package.json`);
      return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
    } catch {
      // not installed there
    }
  }
  return null;
}

function readText(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
