import { unzipSync } from 'fflate';

/** A file in a ZIP archive. */
export interface ZipMember {
  readonly name: string;
  /** Unpacked. */
  readonly bytes: number;
  /** Unpacks it, anew at every call. */
  read(): Uint8Array;
}

const MAX_MEMBERS = 100_000;
/** No stream of DEFLATE says more bytes with one (RFC 1951: 258 bytes in two bits). */
const MAX_EXPANSION = 1032;
/** Names are shown in messages. */
const NAME = /^[^\p{Cc}]{1,1000}$/u;
/** An archive may unpack to this, or to `GROWTH` times its own size where that is more. */
const ALWAYS_ALLOWED = 2 ** 30;
const GROWTH = 20;

/**
 * The files of a ZIP archive. What each claims to unpack to is checked before anything is unpacked or allocated, so that a small file
 * cannot fill the memory.
 *
 * @param fail raises the reader's own error
 */
export function zipMembers(archive: Uint8Array, fail: (what: string) => never): ZipMember[] {
  const members: ZipMember[] = [];
  const seen = new Set<string>();
  const limit = Math.max(ALWAYS_ALLOWED, GROWTH * archive.length);
  let total = 0;
  guarded(fail, () =>
    unzipSync(archive, {
      filter: ({ name, size, originalSize, compression }) => {
        if (members.length === MAX_MEMBERS) stop(`it claims more than ${MAX_MEMBERS} files`);
        if (!NAME.test(name)) stop('its list of files is damaged');
        if (seen.has(name)) stop(`it holds "${name}" twice`);
        const largest = compression === 0 ? size : size * MAX_EXPANSION + 64;
        if (originalSize > largest || size > archive.length) stop(`the size of "${name}" is not possible`);
        total += originalSize;
        if (total > limit) stop(`it would unpack to more than ${limit} bytes`);
        seen.add(name);
        members.push({ name, bytes: originalSize, read: () => unpacked(archive, name, originalSize, fail) });
        return false;
      },
    }),
  );
  return members;
}

function unpacked(archive: Uint8Array, name: string, bytes: number, fail: (what: string) => never): Uint8Array {
  const found = guarded(fail, () => unzipSync(archive, { filter: (file) => file.name === name })[name]);
  return found?.length === bytes ? found : fail(`"${name}" is damaged`);
}

class Refused extends Error {}

function stop(what: string): never {
  throw new Refused(what);
}

/** The unpacker raises errors of many kinds at bytes that are no archive. */
function guarded<T>(fail: (what: string) => never, body: () => T): T {
  try {
    return body();
  } catch (error) {
    return fail(error instanceof Refused ? error.message : `it is no ZIP archive (${(error as Error).message})`);
  }
}
