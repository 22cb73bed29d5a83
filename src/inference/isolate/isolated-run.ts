import { Worker } from 'node:worker_threads';
import { ImganoError, InterruptedError } from '../../errors.js';
import { prepareEnvironment } from '../../runtime/environment.js';
import { eachInput, type PictureInput, type PictureInputs } from '../inputs.js';
import type { OpenedRun, OpenRunOptions } from '../open-run.js';
import type { ErrorRecord, InspectionRecord } from '../records/record.js';
import type { Inspection, InspectOptions, RunInfo } from '../run.js';
import { Rpc } from './rpc.js';

/** A run whose model lives in a worker thread of its own: the caller's event loop only passes messages. */
export async function openIsolatedRun(path: string, options: OpenRunOptions): Promise<OpenedRun> {
  // The native library reads the environment of the process, not the copy that a worker has.
  prepareEnvironment();
  const worker = new Worker(new URL('./worker.js', import.meta.url), { name: 'imgano' });
  const run = new IsolatedRun(worker);
  const { backend, weights, defects } = options;
  try {
    await run.open(path, { backend, weights, defects });
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
  private opened: RunInfo | null = null;

  constructor(private readonly worker: Worker) {
    this.rpc = new Rpc(worker, { nextInput: (walk: number) => this.inputs.get(walk)?.next() ?? { done: true } });
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
    const { signal, ...plain } = options;
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
      this.inputs.delete(walk);
      await this.rpc.call('finish', walk);
    }
  }

  async *inspect(inputs: PictureInputs, options: InspectOptions = {}): AsyncGenerator<InspectionRecord | ErrorRecord> {
    for await (const { record } of this.inspectAll(inputs, options)) yield record;
  }

  async dispose(): Promise<void> {
    await this.rpc.call('dispose');
    await this.worker.terminate();
  }
}
