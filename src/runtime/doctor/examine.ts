import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { BACKENDS, type BackendName } from '../backends.js';
import { BUILD_INFO_FILE, type BuildInfo, parseBuildInfo } from '../native/build-info.js';
import { nativeStatus, type NativeStatus } from '../native/status.js';
import { packageVersion } from '../package-version.js';
import { type BackendVerdict, judgeBackend } from './backend-verdict.js';
import { cpuFeatures, type CpuFeatures } from './cpu-features.js';
import { type Gpu, NVIDIA_SMI_ARGS, parseGpus } from './gpus.js';
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
  /** What the native library was built for; null where it does not say, or there is none. */
  readonly library: BuildInfo | null;
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
  'sharp',
];

const VARIABLES =
  /^(IMGANO_|TF_(FORCE|CPP|NUM|ENABLE|ONEDNN|GPU|CUDNN)|NVIDIA_TF32|CUDA_|LD_LIBRARY_PATH$|OMP_NUM_THREADS$|UV_THREADPOOL_SIZE$)/;

/** Looks at this machine. Backends are tried in child processes; nothing native is loaded here. */
export async function examine(signal?: AbortSignal): Promise<Examination> {
  const native = nativeStatus();
  const features = cpuFeatures(readText('/proc/cpuinfo'));
  const [answer, ...outcomes] = await Promise.all([
    nvidiaSmi(signal),
    ...BACKENDS.map((name) => runProbe(name, signal)),
  ]);
  const gpus = parseGpus(answer);
  const backends = BACKENDS.map((name, i) => judgeBackend(name, { outcome: outcomes[i], native, gpus, cpu: features }));
  return {
    imgano: packageVersion,
    node: { version: process.version, napi: process.versions.napi ?? 'unknown' },
    system: { platform: platform(), release: release(), arch: arch() },
    cpu: { model: cpus()[0]?.model.trim() ?? 'unknown', cores: cpus().length, features },
    memory_bytes: totalmem(),
    packages: Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
    gpus,
    library: libraryOf(native),
    native,
    backends,
    default_backend: backends.find((backend) => backend.state === 'there')?.name ?? null,
    environment: Object.fromEntries(
      Object.entries(process.env).flatMap(([name, value]) =>
        VARIABLES.test(name) && value !== undefined ? [[name, value]] : [],
      ),
    ),
  };
}

/** The answer of nvidia-smi; a machine without it has no NVIDIA driver, which is no error. */
function nvidiaSmi(signal?: AbortSignal): Promise<string> {
  return new Promise((done) => {
    execFile('nvidia-smi', NVIDIA_SMI_ARGS, { timeout: 20_000, signal }, (error, stdout) =>
      done(error === null ? stdout : ''),
    );
  });
}

function libraryOf({ builds, in_use }: NativeStatus): BuildInfo | null {
  const build = builds.find((found) => found.dir === in_use);
  if (build === undefined) return null;
  const library = build.source?.startsWith('dir:') ? build.source.slice('dir:'.length) : join(build.dir, 'tensorflow');
  const text = readText(join(library, BUILD_INFO_FILE));
  return text === null ? null : parseBuildInfo(text);
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
