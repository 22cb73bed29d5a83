import { createHash } from 'node:crypto';
import { type NativeBackend } from './native.js';
import { type Session } from './session.js';

/** Graphs that nobody uses any more are kept up to this size altogether: the next engine with the same model needs them again. */
const KEPT_BYTES = 2 ** 28;

interface Entry {
  readonly session: SharedSession;
  readonly bytes: number;
  users: number;
}

/** What runs a graph: a session, or a share in one. */
export type SharedSession = Pick<Session, 'run' | 'dispose'>;

/**
 * Sessions by the content of their graphs. Two graphs of the same bytes are the same function with the same weights for the same
 * shapes, so they share one session, and neither TensorFlow's optimisation nor the check is done again.
 */
export class SessionPool {
  /** In the order of their last use. */
  private readonly entries = new Map<string, Entry>();

  /** @param keptBytes the size of the graphs that are kept for nobody */
  constructor(private readonly keptBytes = KEPT_BYTES) {}

  /**
   * The session of a graph: one that is there, or the one that `make` gives.
   *
   * @param graph the graph as a SavedModel
   * @returns a share, to be disposed by the caller
   */
  take(graph: Uint8Array, make: () => SharedSession): SharedSession {
    const key = createHash('sha256').update(graph).digest('hex');
    const entry = this.entries.get(key) ?? { session: make(), bytes: graph.byteLength, users: 0 };
    entry.users += 1;
    this.touch(key, entry);
    return { run: (inputs) => entry.session.run(inputs), dispose: () => this.release(key, entry) };
  }

  private release(key: string, entry: Entry): void {
    entry.users -= 1;
    this.touch(key, entry);
    const unused = [...this.entries].filter(([, { users }]) => users === 0);
    let bytes = unused.reduce((sum, [, one]) => sum + one.bytes, 0);
    for (const [oldest, one] of unused) {
      if (bytes <= this.keptBytes) return;
      bytes -= one.bytes;
      this.entries.delete(oldest);
      one.session.dispose();
    }
  }

  private touch(key: string, entry: Entry): void {
    this.entries.delete(key);
    this.entries.set(key, entry);
  }
}

const pools = new WeakMap<NativeBackend, SessionPool>();

/** The sessions of a backend. */
export function sessionsOf(backend: NativeBackend): SessionPool {
  const pool = pools.get(backend) ?? new SessionPool();
  pools.set(backend, pool);
  return pool;
}
