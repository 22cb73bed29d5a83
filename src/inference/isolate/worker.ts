import { parentPort, type MessagePort, type Transferable } from 'node:worker_threads';
import type { PictureInput } from '../inputs.js';
import { openRun, type OpenedRun, type OpenRunOptions } from '../open-run.js';
import type { Inspection, InspectOptions } from '../run.js';
import { Rpc } from '../../runtime/rpc.js';

// The other end of `IsolatedRun`: owns tfjs, and answers calls until it is told to dispose.

const walks = new Map<number, AsyncGenerator<Inspection>>();
let run: OpenedRun | null = null;

const rpc = new Rpc(parentPort as MessagePort, { open, start, next, finish, dispose }, artifactBuffers);

async function open(path: string, options: OpenRunOptions): Promise<OpenedRun['info']> {
  run = await openRun(path, { ...options, warn: (line) => void rpc.call('warn', line) });
  return run.info;
}

function start(walk: number, options: InspectOptions): void {
  walks.set(walk, (run as OpenedRun).inspectAll(pulledInputs(walk), options));
}

async function next(walk: number): Promise<IteratorResult<Inspection, undefined>> {
  const result = (await walks.get(walk)?.next()) as IteratorResult<Inspection, undefined>;
  if (result.done === true) return { value: undefined, done: true };
  return { done: false, value: { ...result.value, picture: null } };
}

async function finish(walk: number): Promise<void> {
  await walks.get(walk)?.return(undefined);
  walks.delete(walk);
}

async function dispose(): Promise<void> {
  await run?.dispose();
}

/** The caller's inputs, pulled one at a time: its back-pressure reaches through the thread. */
async function* pulledInputs(walk: number): AsyncGenerator<PictureInput> {
  for (;;) {
    const { value, done } = await rpc.call<IteratorResult<PictureInput, undefined>>('nextInput', walk);
    if (done === true || value === undefined) return;
    yield value;
  }
}

/** Maps and masks change hands instead of being copied. */
function artifactBuffers(value: unknown): Transferable[] {
  const inspection = (value as IteratorResult<Inspection> | undefined)?.value as Inspection | undefined;
  if (inspection?.record === undefined) return [];
  const buffers = [inspection.map?.data.buffer, inspection.mask?.data.buffer];
  return buffers.filter((buffer): buffer is ArrayBuffer => buffer instanceof ArrayBuffer);
}
