import { Worker } from 'node:worker_threads';
import { DataError, ImganoError } from '../../errors.js';
import { Rpc } from '../../runtime/rpc.js';
import type { PictureSource } from '../picture.js';
import type { TimedPicture } from './decode-worker.js';

/** A worker that dies takes the pictures in its hands with it; the one that it was at may be why. */
const ATTEMPTS = 2;

/**
 * Threads that read and decode picture files, so that decoding goes on while the main thread computes: even reading a file waits there
 * for the event loop. They load neither tfjs nor a model. Pictures that are not files are decoded by the caller.
 */
export class DecodePool {
  private readonly members: Member[];
  private disposed = false;
  /** Set once a thread could not even start, for lack of memory or threads: the next one would not either. */
  private withoutThreads = false;

  /** @param size threads, 1 or more; they are started when the first picture comes */
  constructor(
    size: number,
    private readonly script: URL = new URL('./decode-worker.js', import.meta.url),
  ) {
    this.members = Array.from({ length: size }, () => new Member(script));
  }

  /**
   * Where threads cannot start, the caller's thread decodes and the process is warned once: that no picture is to blame for.
   *
   * @returns the picture, with the time that it took
   * @throws DataError as `source.decode()` does, or when the thread died of it twice
   */
  async decode(source: PictureSource): Promise<TimedPicture> {
    if (source.file === undefined) return timed(source);
    for (let attempt = 1; ; attempt++) {
      if (this.withoutThreads) return timed(source);
      const place = this.members.reduce((best, { load }, i) => (load < this.members[best].load ? i : best), 0);
      const member = this.members[place];
      try {
        return await member.decode(source.file.path, source.file.options);
      } catch (error) {
        if (!(error instanceof WorkerDied)) throw error;
        if (!member.started && !this.disposed) {
          this.giveUpThreads(error);
          continue;
        }
        if (this.members[place] === member && !this.disposed) this.members[place] = new Member(this.script);
        if (attempt < ATTEMPTS && !this.disposed) continue;
        throw new DataError(`${source.name}: the thread that was to decode it died (${error.message})`, {
          cause: error,
        });
      }
    }
  }

  private giveUpThreads(error: WorkerDied): void {
    if (this.withoutThreads) return;
    this.withoutThreads = true;
    process.emitWarning(`imgano: no thread for decoding can start (${error.message}), so the main thread decodes`);
  }

  async dispose(): Promise<void> {
    this.disposed = true;
    await Promise.all(this.members.map((member) => member.dispose()));
  }
}

class WorkerDied extends ImganoError {}

/** One thread, started at its first picture. */
class Member {
  load = 0;
  /** Whether its script was loaded and answers. */
  started = false;
  private worker: Worker | null = null;
  private rpc: Rpc | null = null;

  constructor(private readonly script: URL) {}

  async decode(path: string, options: object): Promise<TimedPicture> {
    this.rpc ??= this.start();
    this.load += 1;
    this.worker?.ref();
    try {
      return await this.rpc.call<TimedPicture>('decode', path, options);
    } finally {
      this.load -= 1;
      // An idle pool must not keep the process alive.
      if (this.load === 0) this.worker?.unref();
    }
  }

  async dispose(): Promise<void> {
    await this.worker?.terminate();
  }

  private start(): Rpc {
    this.worker = new Worker(this.script, { name: 'imgano-decode' });
    const rpc = new Rpc(this.worker, { ready: () => (this.started = true) });
    this.worker.on('error', (error) => rpc.abandon(new WorkerDied(error.message)));
    this.worker.on('exit', (code) => rpc.abandon(new WorkerDied(`exit code ${code}`)));
    return rpc;
  }
}

async function timed(source: PictureSource): Promise<TimedPicture> {
  const started = performance.now();
  return { picture: await source.decode(), milliseconds: performance.now() - started };
}
