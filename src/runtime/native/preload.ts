import { createRequire } from 'node:module';

interface PreloadAddon {
  /** Loads a library for the whole process. @returns null, or why it does not load */
  load(path: string): string | null;
}

/**
 * TensorFlow opens the libraries of CUDA by their bare names, and the loader reads `LD_LIBRARY_PATH` once, when the process starts.
 * A library that is loaded already is found by its name, wherever it lies: this addon loads them by their paths first.
 */
export const PRELOAD_SOURCE = `
#include <dlfcn.h>
#include <node_api.h>
#include <string>

static napi_value Load(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument, result;
  napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr);
  size_t size = 0;
  napi_get_value_string_utf8(env, argument, nullptr, 0, &size);
  std::string path(size + 1, '\\0');
  napi_get_value_string_utf8(env, argument, &path[0], size + 1, &size);
  if (dlopen(path.c_str(), RTLD_LAZY | RTLD_GLOBAL | RTLD_NODELETE) != nullptr) {
    napi_get_null(env, &result);
  } else {
    const char* why = dlerror();
    napi_create_string_utf8(env, why == nullptr ? "unknown" : why, NAPI_AUTO_LENGTH, &result);
  }
  return result;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "load", NAPI_AUTO_LENGTH, Load, nullptr, &function);
  napi_set_named_property(env, exports, "load", function);
  return exports;
}
`;

/**
 * Loads libraries that may need each other, in whatever order works.
 *
 * @param addon the compiled `PRELOAD_SOURCE`
 * @returns those that do not load, with the reason: no error, because TensorFlow may not need them
 */
export function preloadLibraries(addon: string, paths: readonly string[]): { path: string; why: string }[] {
  const { load } = createRequire(import.meta.url)(addon) as PreloadAddon;
  let left = [...paths];
  for (;;) {
    const failures = left.flatMap((path) => {
      const why = load(path);
      return why === null ? [] : [{ path, why }];
    });
    if (failures.length === 0 || failures.length === left.length) return failures;
    left = failures.map(({ path }) => path);
  }
}
