import { readFileSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { compileFunction } from 'node:vm';

/**
 * Loads a CommonJS file and the files of its own package that it requires, with chosen modules put in the place of
 * others. tfjs-node must see the application's `@tensorflow/tfjs` wherever its own files lie: a second copy of
 * tfjs-core would be a second engine, with tensors that the first one does not know.
 *
 * @param replacements module names as they are written in `require(...)`
 */
export function commonJsLoader(replacements: ReadonlyMap<string, unknown>): (file: string) => unknown {
  const loaded = new Map<string, { exports: unknown }>();

  function load(file: string): unknown {
    const known = loaded.get(file);
    if (known !== undefined) return known.exports;
    const module = { exports: {} as unknown };
    loaded.set(file, module); // before it runs: files may require each other
    const nativeRequire = createRequire(file);
    const require = (name: string): unknown => {
      if (replacements.has(name)) return replacements.get(name);
      if (!name.startsWith('.') || isBuiltin(name)) return nativeRequire(name);
      const path = nativeRequire.resolve(name);
      return path.endsWith('.js') ? load(path) : nativeRequire(path);
    };
    const body = compileFunction(readFileSync(file, 'utf8'), ['exports', 'require', 'module'], { filename: file });
    body(module.exports, require, module);
    return module.exports;
  }

  return load;
}
