import { createRequire } from 'node:module';

interface QuietAddon {
  /** Keeps what is written to the standard error of the process, until `unmute`. */
  mute(): void;
  /** Ends that, and gives back what was written. */
  unmute(): string;
}

/**
 * TensorFlow writes two lines about itself while it is being loaded, before any of its settings is read. This addon of
 * its own holds the standard error back for that moment; a crash in it still shows everything.
 */
export const QUIET_SOURCE = `
#include <node_api.h>
#include <signal.h>
#include <stdio.h>
#include <string>
#include <unistd.h>

static int real_stderr = -1;
static FILE* kept = nullptr;
static const int SIGNALS[] = {SIGABRT, SIGSEGV, SIGILL, SIGBUS, SIGFPE};
static struct sigaction before[5];

static void crashed(int number) {
  char part[4096];
  ssize_t size;
  lseek(fileno(kept), 0, SEEK_SET);
  while ((size = read(fileno(kept), part, sizeof part)) > 0) {
    if (write(real_stderr, part, size) < 0) break;
  }
  signal(number, SIG_DFL);
  raise(number);
}

static napi_value Mute(napi_env env, napi_callback_info) {
  if (kept != nullptr || (kept = tmpfile()) == nullptr) return nullptr;
  fflush(stderr);
  real_stderr = dup(2);
  dup2(fileno(kept), 2);
  struct sigaction action = {};
  action.sa_handler = crashed;
  for (int i = 0; i < 5; i++) sigaction(SIGNALS[i], &action, &before[i]);
  return nullptr;
}

static napi_value Unmute(napi_env env, napi_callback_info) {
  std::string text;
  if (kept != nullptr) {
    fflush(stderr);
    for (int i = 0; i < 5; i++) sigaction(SIGNALS[i], &before[i], nullptr);
    dup2(real_stderr, 2);
    close(real_stderr);
    char part[4096];
    ssize_t size;
    lseek(fileno(kept), 0, SEEK_SET);
    while ((size = read(fileno(kept), part, sizeof part)) > 0) text.append(part, size);
    fclose(kept);
    kept = nullptr;
  }
  napi_value result;
  napi_create_string_utf8(env, text.data(), text.size(), &result);
  return result;
}

NAPI_MODULE_INIT() {
  napi_value function;
  napi_create_function(env, "mute", NAPI_AUTO_LENGTH, Mute, nullptr, &function);
  napi_set_named_property(env, exports, "mute", function);
  napi_create_function(env, "unmute", NAPI_AUTO_LENGTH, Unmute, nullptr, &function);
  napi_set_named_property(env, exports, "unmute", function);
  return exports;
}
`;

const CHATTER = /absl::InitializeLog\(\)|oneDNN custom operations are on/;

/**
 * Runs `load` and passes on what it writes to the standard error, without TensorFlow's greeting.
 *
 * @param addon the compiled `QUIET_SOURCE`, or null to let everything through
 */
export function quietly<T>(addon: string | null, load: () => T): T {
  if (addon === null) return load();
  const quiet = createRequire(import.meta.url)(addon) as QuietAddon;
  quiet.mute();
  try {
    return load();
  } finally {
    const lines = quiet.unmute().split('\n');
    process.stderr.write(lines.filter((line) => !CHATTER.test(line)).join('\n'));
  }
}
