import { arch, cpus, platform, release, totalmem } from 'node:os';
import { packageVersion, versionOf } from './package-version.js';
import { tf } from './tf.js';

/** Where a run was made: enough to explain a difference between two machines. No paths, no names of people. */
export function environmentReport(): Record<string, unknown> {
  return {
    imgano: packageVersion,
    node: process.version,
    platform: { system: platform(), release: release(), machine: arch() },
    cpu: { model: cpus()[0]?.model ?? 'unknown', cores: cpus().length },
    memory_bytes: totalmem(),
    packages: { '@tensorflow/tfjs': tf.version.tfjs, sharp: versionOf('sharp') },
    backend: tf.getBackend(),
  };
}
