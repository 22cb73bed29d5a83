import type { BackendName } from '../backends.js';
import { CAPABILITIES } from '../capabilities.js';
import type { NativeStatus } from '../native/status.js';
import type { WebgpuDevice } from '../webgpu/start-webgpu.js';
import type { CpuFeatures } from './cpu-features.js';
import type { Gpu } from './gpus.js';
import type { ProbeOutcome } from './run-probe.js';

/** What `imgano doctor` says about one backend. */
export interface BackendVerdict {
  readonly name: BackendName;
  readonly state: 'there' | 'missing' | 'broken';
  /** Why, or what it is. */
  readonly detail: string;
  /** The one command that mends or betters it, or null. */
  readonly fix: string | null;
  readonly tensorflow: string | null;
  /** The package or the folder that it was loaded from. */
  readonly loaded_from: string | null;
  readonly gpu: boolean;
  /** What `webgpu` runs on; null on other backends. */
  readonly adapter: WebgpuDevice | null;
  readonly can: { readonly inference: boolean; readonly training: boolean; readonly amp: boolean };
}

/** What was found out before the verdict; recorded inputs make it testable. */
export interface Evidence {
  readonly outcome: ProbeOutcome;
  readonly native: NativeStatus;
  readonly gpus: readonly Gpu[];
  readonly cpu: CpuFeatures | null;
}

/** Judges one backend. Pure: everything it knows is in the evidence. */
export function judgeBackend(name: BackendName, evidence: Evidence): BackendVerdict {
  const { outcome, native } = evidence;
  const nothing = { inference: false, training: false, amp: false };
  if (!outcome.ok) {
    const missing = isMissing(name, native, outcome.message);
    const nativeMissing = missing && name === 'tensorflow';
    return {
      name,
      state: missing ? 'missing' : 'broken',
      detail: nativeMissing ? whyMissing(native) : whyBroken(outcome.signal, outcome.message),
      fix: FIX[name](evidence),
      tensorflow: null,
      loaded_from: null,
      gpu: false,
      adapter: null,
      can: nothing,
    };
  }
  const { tensorflow, gpu, loaded_from, start_ms, adapter } = outcome.facts;
  const { title, training, amp, speed } = CAPABILITIES[name];
  const idleGpu = name === 'tensorflow' && !gpu && evidence.gpus.length > 0;
  const what = name === 'tensorflow' ? `TensorFlow ${tensorflow} on ${gpu ? 'CUDA' : 'CPU'}` : title;
  const where = adapter === null ? '' : ` on ${adapter.title}${adapter.software ? ', which is the processor' : ''}`;
  return {
    name,
    state: 'there',
    detail: idleGpu
      ? `${what}; the GPU of this machine is NOT used`
      : `${what}${where} (${speed}; starts in ${start_ms} ms)`,
    fix: idleGpu ? 'imgano native install --gpu' : null,
    tensorflow,
    loaded_from,
    gpu,
    adapter,
    can: { inference: true, training, amp: amp && hasReducedPrecision(gpu, evidence.cpu) },
  };
}

/** The command that makes a backend. */
const FIX: Readonly<Record<BackendName, (evidence: Evidence) => string | null>> = {
  tensorflow: install,
  wasm: () => 'npm ci',
  cpu: () => 'npm ci',
  webgpu: () => null, // its own message says it
};

/** Nothing is wrong with a machine that does not have it. */
function isMissing(name: BackendName, native: NativeStatus, message: string): boolean {
  if (name === 'webgpu') return /packages are not installed|no adapter|only the processor/.test(message);
  return name === 'tensorflow' && native.in_use === null;
}

function install({ gpus }: Evidence): string {
  return gpus.length > 0 ? 'imgano native install --gpu' : 'imgano native install';
}

function hasReducedPrecision(gpu: boolean, cpu: CpuFeatures | null): boolean {
  return gpu || cpu?.avx512_bf16 === true || cpu?.amx_bf16 === true;
}

function whyMissing({ packages, builds }: NativeStatus): string {
  const reasons = [
    ...packages.map((p) => `${p.name} ${p.version}: ${p.problem}`),
    ...builds.map((b) => `${b.dir}: ${b.problem}`),
  ];
  return reasons.length > 0 ? reasons.join('; ') : 'no native library was found';
}

function whyBroken(signal: string | null, message: string): string {
  if (signal === 'SIGILL') return 'the library uses instructions that this processor does not have';
  if (signal === 'SIGTERM') return 'it did not answer within two minutes';
  if (signal !== null) return `the library crashed (${signal}): ${message}`;
  const glibc = /version [`'](GLIBC(?:XX)?_[\d.]+)' not found/.exec(message)?.[1];
  if (glibc !== undefined) return `the library needs ${glibc}, which this system does not have`;
  return message;
}
