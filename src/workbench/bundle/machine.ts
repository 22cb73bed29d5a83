import { arch, cpus, platform } from 'node:os';
import type { Machine } from '../../config/bundle.js';
import { onGpu } from '../../runtime/on-gpu.js';
import { packageVersion, versionOf } from '../../runtime/package-version.js';
import { tf } from '../../runtime/tf.js';

/** What decides which bits a result has on this machine. A backend must run. */
export function thisMachine(): Machine {
  return {
    backend: tf.getBackend(),
    device: onGpu() ? 'gpu' : 'cpu',
    imgano: packageVersion,
    tfjs: tf.version.tfjs,
    sharp: versionOf('sharp'),
    node: process.version,
    system: platform(),
    machine: arch(),
    cpu: cpus()[0]?.model ?? '',
  };
}
