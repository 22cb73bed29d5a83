import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The CUDA and cuDNN libraries of the Python environment that a TensorFlow belongs to: `nvidia/NAME/lib/*.so.N` beside its
 * folder, which is where pip's `tensorflow[and-cuda]` puts them.
 *
 * @param libraryDir `site-packages/tensorflow`
 * @returns absolute paths, sorted; empty where there are none (a library of the system is found by the loader itself)
 */
export function cudaLibraries(libraryDir: string): string[] {
  const root = join(dirname(libraryDir), 'nvidia');
  return list(root).flatMap((name) => {
    const folder = join(root, name, 'lib');
    return list(folder)
      .filter((file) => /^lib.+\.so\.\d[\d.]*$/.test(file))
      .map((file) => join(folder, file));
  });
}

/** The major version in a library's file name, of `libNAME.so.N`; null where it is not among them. */
export function majorOf(name: string, libraries: readonly string[]): number | null {
  const pattern = new RegExp(`/lib${name}\\.so\\.(\\d+)`);
  const found = libraries.map((path) => pattern.exec(path)?.[1]).find((major) => major !== undefined);
  return found === undefined ? null : Number(found);
}

function list(dir: string): string[] {
  try {
    return readdirSync(dir).sort();
  } catch {
    return [];
  }
}
