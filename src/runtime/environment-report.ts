import { createHash } from 'node:crypto';
import { arch, cpus, platform, release, totalmem } from 'node:os';
import { type Gpu, readDriver } from './doctor/gpus.js';
import { libraryOf } from './native/library-of.js';
import { nativeBackend } from './native/load.js';
import { nativeStatus } from './native/status.js';
import { onGpu } from './on-gpu.js';
import { packageVersion, versionOf } from './package-version.js';
import { tf } from './tf.js';
import { webgpuDevice, type WebgpuDevice } from './webgpu/start-webgpu.js';

const PACKAGES = [
  ...['@tensorflow/tfjs-backend-wasm', '@tensorflow/tfjs-node', '@tensorflow/tfjs-node-gpu'],
  ...['@tensorflow/tfjs-backend-webgpu', 'webgpu', 'sharp'],
];

/** Where a run was made: `environment.json`. */
export interface EnvironmentReport {
  readonly timestamp_utc: string;
  readonly imgano: string;
  readonly node: string;
  readonly platform: { readonly system: string; readonly release: string; readonly machine: string };
  readonly cpu: { readonly model: string; readonly cores: number };
  readonly memory_bytes: number;
  /** null = not installed */
  readonly packages: Readonly<Record<string, string | null>>;
  readonly backend: string;
  readonly device: 'cpu' | 'gpu';
  /** The version of TensorFlow's native library, and what it was built for; null where none is loaded, or it does not say. */
  readonly libtensorflow: string | null;
  readonly cuda: string | null;
  readonly cudnn: string | null;
  /** What the backend `webgpu` runs on; null on other backends. */
  readonly webgpu: WebgpuDevice | null;
  /** With the version of their driver. */
  readonly gpus: readonly Gpu[];
  /** sha256 over all of this but the time: the same for two runs that one machine made in the same state. */
  readonly fingerprint_sha256: string;
}

/** Where a run is made: enough to explain a difference between two machines. No paths, no names of people. A backend must run. */
export async function environmentReport(): Promise<EnvironmentReport> {
  const native = tf.getBackend() === 'tensorflow' ? nativeBackend() : null;
  const library = native === null ? null : libraryOf(nativeStatus());
  const found = {
    imgano: packageVersion,
    node: process.version,
    platform: { system: platform(), release: release(), machine: arch() },
    cpu: { model: cpus()[0]?.model ?? 'unknown', cores: cpus().length },
    memory_bytes: totalmem(),
    packages: {
      '@tensorflow/tfjs': tf.version.tfjs,
      ...Object.fromEntries(PACKAGES.map((name) => [name, versionOf(name)])),
    },
    backend: tf.getBackend(),
    device: onGpu() ? ('gpu' as const) : ('cpu' as const),
    libtensorflow: native?.binding.TF_Version ?? null,
    cuda: library?.cuda_version ?? null,
    cudnn: library?.cudnn_version ?? null,
    webgpu: tf.getBackend() === 'webgpu' ? webgpuDevice() : null,
    gpus: (await readDriver()).gpus,
  };
  const fingerprint_sha256 = createHash('sha256').update(JSON.stringify(found)).digest('hex');
  return { timestamp_utc: new Date().toISOString(), ...found, fingerprint_sha256 };
}
