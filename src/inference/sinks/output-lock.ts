import { randomUUID } from 'node:crypto';
import {
  closeSync,
  linkSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileTrouble } from '../../data/file-trouble.js';
import { DataError } from '../../errors.js';
import { realPath } from './real-path.js';

/** How often an owner touches its lock, and how long a lock of another machine must lie untouched to count as left behind. */
const BEAT_MS = 5_000;
const SILENCE_MS = 30_000;

interface Owner {
  readonly token: string;
  readonly host: string;
  /** Two containers may share a name, but see other processes. null where the system has no such thing. */
  readonly pids: string | null;
  readonly pid: number;
  /** When the process began, in ticks of its system: the same pid of a later process is another. null where unknown. */
  readonly started: string | null;
}

/**
 * The right to write a file, held by one process: `FILE.lock`, made by whoever comes first. The lock of a process that is no
 * more is taken over: on this machine its pid and start time tell, on another one (a shared folder) that nobody touches the
 * lock any more. The beat is on a timer, so a process that is stopped for longer than `SILENCE_MS` can lose its lock.
 */
export class OutputLock {
  private readonly beat: NodeJS.Timeout;

  private constructor(
    private readonly path: string,
    private readonly owner: Owner,
  ) {
    this.beat = setInterval(() => touch(path), BEAT_MS).unref();
  }

  /**
   * @param file the file to be written; links are followed
   * @throws DataError in one sentence when another process holds the lock, or the folder cannot be written
   */
  static async take(file: string, { silence = SILENCE_MS } = {}): Promise<OutputLock> {
    const path = `${realPath(file)}.lock`;
    const owner = { token: randomUUID(), ...here(), pid: process.pid, started: startOf(process.pid) };
    for (let tries = 0; tries < 5; tries++) {
      if (made(path, owner, file)) {
        sweepAside(path);
        return new OutputLock(path, owner);
      }
      const held = await ownerOf(path);
      if (held !== null && (await lives(held, path, silence))) {
        throw new DataError(
          `${file}: process ${held.pid} on ${held.host} is writing this file; wait for it, or choose another file`,
        );
      }
      putAside(path, held);
    }
    throw new DataError(`${file}: other processes keep taking ${path}; run again`);
  }

  /** Gives the lock back, unless it was lost. */
  release(): void {
    clearInterval(this.beat);
    if (parsed(this.path)?.token === this.owner.token) rmSync(this.path, { force: true });
  }
}

/** Makes the lock; false when there is one. */
function made(path: string, owner: Owner, file: string): boolean {
  try {
    const handle = openSync(path, 'wx');
    writeSync(handle, JSON.stringify(owner));
    closeSync(handle);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw new DataError(`${file}: cannot be written, because ${fileTrouble(error)}`, { cause: error });
  }
}

/** Who holds a lock; null when it is gone, or was left by a process that died while it made it. */
async function ownerOf(path: string): Promise<Owner | null> {
  for (let tries = 0; tries < 5; tries++) {
    const held = parsed(path);
    if (held !== null) return held;
    await sleep(20); // made, but not yet written
  }
  return null;
}

function parsed(path: string): Owner | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Owner;
  } catch {
    return null;
  }
}

function here(): Pick<Owner, 'host' | 'pids'> {
  try {
    return { host: hostname(), pids: readlinkSync('/proc/self/ns/pid') };
  } catch {
    return { host: hostname(), pids: null };
  }
}

async function lives(owner: Owner, path: string, silence: number): Promise<boolean> {
  const local = livesHere(owner);
  if (local !== null) return local;
  // The clocks of two machines differ, so the age of the lock says nothing: it is watched.
  const before = touchedAt(path);
  for (let waited = 0; waited < silence; waited += silence / 30) {
    await sleep(silence / 30);
    if (touchedAt(path) !== before) return true;
  }
  return false;
}

/** null where another machine or container would have to be asked. */
function livesHere({ host, pids, pid, started }: Owner): boolean | null {
  const { host: name, pids: seen } = here();
  return host === name && pids === seen ? isRunning(pid) && startOf(pid) === started : null;
}

/** Removes a lock that was left behind, but not one that another process has just made in its place. */
function putAside(path: string, left: Owner | null): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
    const taken = parsed(aside);
    if (taken !== null && taken.token !== left?.token) linkSync(aside, path);
  } catch {
    // Another process was quicker; the next try sees its lock.
  }
  rmSync(aside, { force: true });
}

/** Removes what a process that was killed while it put a lock aside left there, unless somebody holds it. */
function sweepAside(path: string): void {
  for (const name of readdirSync(dirname(path))) {
    if (!name.startsWith(`${basename(path)}.`)) continue;
    const aside = join(dirname(path), name);
    const left = parsed(aside);
    if (left !== null && livesHere(left) === false) rmSync(aside, { force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of `/proc/PID/stat` with the id of this boot; the name in field 2 may hold spaces and brackets. null for a zombie. */
function startOf(pid: number): string | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? null : `${boot}:${fields[19]}`;
  } catch {
    return null;
  }
}

function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {
    // Gone, or on a disk that is away for a moment; the next beat tries again.
  }
}

function touchedAt(path: string): number | null {
  try {
    return statSync(path).mtimeMs;
  } catch {
    return null;
  }
}
