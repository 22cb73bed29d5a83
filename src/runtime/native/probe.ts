import type { AddonFiles } from './build.js';
import { runCommand } from './run-command.js';

/** What an addon says about itself once it is loaded. */
export interface AddonFacts {
  readonly tensorflow: string;
  readonly gpu: boolean;
  /** What the library wrote to its standard error: why it sees no GPU, for example. */
  readonly said: string;
}

// One addition through the addon, so that a library which loads but cannot compute is found out too.
const SCRIPT = `
const { addon, before } = JSON.parse(process.argv[1]);
if (before) {
  const { load } = require(before.preload);
  // as preloadLibraries: whatever order works
  for (let left = before.libraries, last = -1; left.length !== last; ) {
    last = left.length;
    left = left.filter((path) => load(path) !== null);
  }
}
const b = require(addon);
const x = b.createTensor([2], b.TF_FLOAT, new Float32Array([1, 2]));
const [y] = b.executeOp('AddV2', [{ name: 'T', type: b.TF_ATTR_TYPE, value: b.TF_FLOAT }], [x, x], 1);
if (b.tensorDataSync(y.id).join() !== '2,4') throw new Error('1 + 1 is not 2 on this library');
console.log(JSON.stringify({ tensorflow: b.TF_Version, gpu: b.isUsingGpuDevice() }));
`;

/**
 * Loads an addon in a child process, where a crash of the library is a finding and not a crash of the caller.
 *
 * @throws UnsupportedBackendError if the child fails, with what it said
 */
export async function probeAddon(files: AddonFiles, signal?: AbortSignal): Promise<AddonFacts> {
  // warnings say which library of CUDA was not found
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: '1' };
  const args = ['-e', SCRIPT, JSON.stringify(files)];
  const { stdout, stderr } = await runCommand(process.execPath, args, { signal, timeout: 120_000, env });
  const facts = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Omit<AddonFacts, 'said'>;
  return { ...facts, said: stderr };
}
