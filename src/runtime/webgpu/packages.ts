import { createRequire } from 'node:module';
import { join } from 'node:path';
import { UnsupportedBackendError } from '../../errors.js';

/** The versions that this package was tested with. */
const WANTED = ['@tensorflow/tfjs-backend-webgpu@4.22.0', 'webgpu@0.6.2'];

/** The optional packages that the backend `webgpu` is made of. */
export interface WebgpuPackages {
  /** TensorFlow.js's kernels: a CommonJS file. */
  readonly kernels: string;
  /** Dawn, an implementation of WebGPU: an ES module. */
  readonly dawn: string;
}

/** @throws UnsupportedBackendError with the command that installs what is missing */
export function webgpuPackages(): WebgpuPackages {
  const [kernels, dawn] = WANTED.map((spec) => resolved(spec.slice(0, spec.lastIndexOf('@'))));
  if (kernels !== null && dawn !== null) return { kernels, dawn };
  throw new UnsupportedBackendError(
    `backend "webgpu": its packages are not installed; run: npm install ${WANTED.join(' ')}`,
  );
}

/** Where the application, or this package, has a package. */
function resolved(name: string): string | null {
  for (const start of [join(process.cwd(), 'package.json'), import.meta.url]) {
    try {
      return createRequire(start).resolve(name);
    } catch {
      // not installed there
    }
  }
  return null;
}
