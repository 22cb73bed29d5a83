import { Worker } from 'node:worker_threads';
import { ImganoError, InterruptedError, NotFittedError } from '../../errors.js';
import { prepareEnvironment } from '../../runtime/environment.js';
import { eachInput, type PictureInput, type PictureInputs } from '../inputs.js';
import type { OpenedRun, OpenRunOptions } from '../open-run.js';
import type { ErrorRecord, InspectionRecord } from '../records/record.js';
import type { Inspection, InspectOptions, RunInfo } from '../run.js';
import { Rpc } from '../../runtime/rpc.js';

/** A run whose model lives in a worker thread of its own: the caller's event loop only passes messages. */
export async function openIsolatedRun(path: string, options: OpenRunOptions): Promise<OpenedRun> {
  // The native library reads the environment of the process, not the copy that a worker has.
  prepareEnvironment();
  const worker = new Worker(new URL('./worker.js', import.meta.url), { name: 'imgano' });
  const run = new IsolatedRun(worker, options.warn);
  const { backend, weights, defects, references, category, prediction, tiling, amp } = options;
  try {
    await run.open(path, { backend, weights, defects, references, category, prediction, tiling, amp });
  } catch (error) {
    await worker.terminate();
    throw error;
  }
  return run;
}

class IsolatedRun implements OpenedRun {
  private readonly rpc: Rpc;
  private readonly inputs = new Map<number, AsyncIterator<PictureInput>>();
  private lastWalk = 0;
  private disposed = false;
  private opened: RunInfo | null = null;

  constructor(
    private readonly worker: Worker,
    warn: OpenRunOptions['warn'],
  ) {
    const nextInput = (walk: number) => this.inputs.get(walk)?.next() ?? { done: true };
    this.rpc = new Rpc(worker, { nextInput, warn: (line: string) => warn?.(line) });
    worker.on('error', (error) => this.rpc.abandon(error));
    worker.on('exit', () =>
      this.rpc.abandon(new ImganoError('the worker thread of this run has ended; open it again')),
    );
  }

  get info(): RunInfo {
    return this.opened as RunInfo;
  }

  async open(path: string, options: OpenRunOptions): Promise<void> {
    this.opened = await this.rpc.call<RunInfo>('open', path, options);
  }

  async *inspectAll(inputs: PictureInputs, options: InspectOptions = {}): AsyncGenerator<Inspection> {
    // What is left can be sent to the thread; times are not taken there.
    const { signal, clock: _clock, ...plain } = options;
    const walk = ++this.lastWalk;
    this.inputs.set(walk, eachInput(inputs));
    try {
      await this.rpc.call('start', walk, plain);
      for (;;) {
        if (signal?.aborted === true) throw new InterruptedError('stopped on request; what was written is whole');
        const { value, done } = await this.rpc.call<IteratorResult<Inspection, undefined>>('next', walk);
        if (done === true || value === undefined) return;
        yield value;
      }
    } finally {
      const iterator = this.inputs.get(walk);
      this.inputs.delete(walk);
      // Not waited for: the caller's iterator may itself be waiting for a picture that never comes.
      void iterator?.return?.().catch(() => undefined);
      // The walk may end because the worker did; what ended it is the error to see.
      await this.rpc.call('finish', walk).catch(() => undefined);
    }
  }

  async *inspect(inputs: PictureInputs, options: InspectOptions = {}): AsyncGenerator<InspectionRecord | ErrorRecord> {
    for await (const { record } of this.inspectAll(inputs, options)) yield record;
  }

  async dispose(): Promise<void> {
    if (this.disposed) return;
    this.disposed = true;
    await this.rpc.call('dispose');
    this.rpc.abandon(new NotFittedError('this run was disposed; open it again'));
    await this.worker.terminate();
  }
}
