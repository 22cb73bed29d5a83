import { runCommand } from './run-command.js';

/** What an addon says about itself once it is loaded. */
export interface AddonFacts {
  readonly tensorflow: string;
  readonly gpu: boolean;
}

// One addition through the addon, so that a library which loads but cannot compute is found out too.
const SCRIPT = `
const b = require(process.argv[1]);
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
export async function probeAddon(addon: string, signal?: AbortSignal): Promise<AddonFacts> {
  const env = { ...process.env, TF_CPP_MIN_LOG_LEVEL: process.env.TF_CPP_MIN_LOG_LEVEL ?? '2' };
  const { stdout } = await runCommand(process.execPath, ['-e', SCRIPT, addon], { signal, timeout: 120_000, env });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as AddonFacts;
}
