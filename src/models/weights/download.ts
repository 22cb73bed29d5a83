import { randomUUID } from 'node:crypto';
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError, InterruptedError, WeightsError } from '../../errors.js';
import { silent, type Progress } from '../../runtime/progress.js';

/** Where the manifest does not say how large a file is. */
const MAX_BYTES = 16 * 2 ** 30;
const MAX_REDIRECTS = 5;
const IDLE_MS = 60_000;

export interface DownloadOptions {
  /** The folder of the temporary file. */
  readonly dir: string;
  /** The size that the file must have, where it is known. */
  readonly bytes?: number | null;
  readonly progress?: Progress;
  readonly signal?: AbortSignal;
}

/**
 * Downloads a file as a stream into a temporary file.
 *
 * @param url https, or http from this very machine
 * @returns the path of the temporary file, which the caller moves or removes; on an error nothing is left
 * @throws WeightsError when the server refuses, the file is too large or too short, or nothing comes for a minute; ConfigError for
 *   another kind of address; InterruptedError when the signal is raised
 */
export async function download(url: string, options: DownloadOptions): Promise<string> {
  const { dir, bytes = null, progress = silent, signal } = options;
  const path = join(dir, `.imgano-${randomUUID()}.part`);
  const stop = new AbortController();
  const onAbort = () => stop.abort();
  signal?.addEventListener('abort', onAbort, { once: true });
  let idle = setTimeout(onAbort, IDLE_MS);
  try {
    signal?.throwIfAborted();
    const response = await request(url, stop.signal);
    const claimed = bytes ?? claimedLength(response);
    const limit = bytes ?? MAX_BYTES;
    if (claimed !== null && claimed > limit) throw tooLarge(url, limit);
    progress.start(`downloading ${url}`, claimed ?? undefined);
    const file = await open(path, 'wx');
    let got = 0;
    try {
      for await (const chunk of response.body ?? []) {
        clearTimeout(idle);
        idle = setTimeout(onAbort, IDLE_MS);
        got += chunk.length;
        if (got > limit) throw tooLarge(url, limit);
        await file.writeFile(chunk);
        progress.update(got);
      }
      await file.sync();
    } finally {
      await file.close();
    }
    if (claimed !== null && got !== claimed) {
      throw new WeightsError(`${url}: expected ${claimed} bytes, got ${got}; download it again`);
    }
    return path;
  } catch (error) {
    await rm(path, { force: true });
    throw toldPlainly(url, error, signal, stop.signal.aborted);
  } finally {
    clearTimeout(idle);
    signal?.removeEventListener('abort', onAbort);
    progress.stop();
  }
}

/** Follows redirections by hand, so that none leads to an address that is not allowed. */
async function request(url: string, signal: AbortSignal): Promise<Response> {
  let at = url;
  for (let i = 0; i <= MAX_REDIRECTS; i++) {
    const response = await fetch(allowed(at), { redirect: 'manual', signal });
    const next = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && next !== null) {
      await response.body?.cancel();
      at = new URL(next, at).href;
      continue;
    }
    if (response.ok) return response;
    await response.body?.cancel();
    throw new WeightsError(`${url}: the server answers ${response.status} ${response.statusText}; check the address`);
  }
  throw new WeightsError(`${url}: redirected more than ${MAX_REDIRECTS} times; give the last address itself`);
}

function allowed(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  const local = ['localhost', '127.0.0.1', '[::1]'].includes(parsed?.hostname ?? '');
  if (parsed?.protocol === 'https:' || (parsed?.protocol === 'http:' && local)) return parsed;
  throw new ConfigError(`${url}: expected an https address; what comes without encryption can be altered on its way`);
}

/** The length that the server claims; none counts where it packs what it sends. */
function claimedLength(response: Response): number | null {
  const length = Number(response.headers.get('content-length') ?? NaN);
  return Number.isSafeInteger(length) && !response.headers.has('content-encoding') ? length : null;
}

function tooLarge(url: string, limit: number): WeightsError {
  return new WeightsError(`${url}: the file is larger than the ${limit} bytes that are allowed; it is another one`);
}

function toldPlainly(url: string, error: unknown, signal: AbortSignal | undefined, aborted: boolean): unknown {
  if (signal?.aborted === true) {
    return signal.reason instanceof InterruptedError ? signal.reason : new InterruptedError(`${url}: stopped`);
  }
  if (error instanceof WeightsError || error instanceof ConfigError) return error;
  const { message, cause } = error as Error & { cause?: Error };
  const why = aborted ? `nothing came for ${IDLE_MS / 1000} s` : (cause?.message ?? message);
  return new WeightsError(`${url}: cannot be downloaded (${why}); try again, or bring the file by other means`, {
    cause: error,
  });
}
