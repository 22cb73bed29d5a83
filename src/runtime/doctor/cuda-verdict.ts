import type { BuildInfo } from '../native/build-info.js';
import { gpuProblem } from '../native/gpu-problem.js';
import type { NvidiaDriver } from './gpus.js';
import { cardSupport } from './card-support.js';

/** What `imgano doctor` says about CUDA as a whole. */
export interface CudaVerdict {
  /** `absent`: no NVIDIA card is known here, which is no fault. */
  readonly state: 'used' | 'unused' | 'absent' | 'broken';
  /** The mismatch, if there is one, in one sentence. */
  readonly detail: string;
  /** What mends it, or null. */
  readonly fix: string | null;
}

/** What was found out before the verdict; recorded outputs make it testable. */
export interface CudaEvidence {
  readonly driver: NvidiaDriver;
  /** What the native library was built for; null where it does not say, or there is none. */
  readonly library: BuildInfo | null;
  /** Its version; null where there is none that runs. */
  readonly tensorflow: string | null;
  /** Whether it uses a GPU. */
  readonly used: boolean;
  /** What it wrote to its standard error when it was tried. */
  readonly said: string;
  /** `CUDA_VISIBLE_DEVICES`. */
  readonly visible?: string;
}

const INSTALL = 'imgano native install --gpu';

/** The oldest Linux drivers that serve a major version of CUDA (NVIDIA, CUDA Compatibility, minor version compatibility). */
const OLDEST_DRIVER: Readonly<Record<string, string>> = { 11: '450.80.02', 12: '525.60.13', 13: '580.65.06' };

/** Judges CUDA on this machine. Pure: everything it knows is in the evidence. */
export function judgeCuda(evidence: CudaEvidence): CudaVerdict {
  const { driver, library, tensorflow, used, said, visible } = evidence;
  if (driver.problem !== null) return { state: 'broken', ...driverProblem(driver.problem) };
  const [card] = driver.gpus;
  if (card === undefined && !used) {
    return { state: 'absent', detail: 'no NVIDIA card is known here (no answer from nvidia-smi)', fix: null };
  }
  if (used) return { state: 'used', ...cardSupport(card, library, tensorflow) };
  const unused = (detail: string, fix: string | null) => ({ state: 'unused' as const, detail, fix });
  if (tensorflow === null) return unused(`${card.name} is not used: there is no native library that runs`, INSTALL);
  if (visible === '' || visible === '-1') {
    return unused(`${card.name} is hidden by CUDA_VISIBLE_DEVICES=${visible}`, 'unset CUDA_VISIBLE_DEVICES');
  }
  if (library?.cuda === false) {
    return unused(`${card.name} is not used: TensorFlow ${tensorflow} was built for processors alone`, INSTALL);
  }
  const oldest = OLDEST_DRIVER[library?.cuda_version?.split('.')[0] ?? ''];
  if (oldest !== undefined && isOlder(card.driver, oldest)) {
    return unused(
      `the driver ${card.driver} is too old for CUDA ${library?.cuda_version}, which TensorFlow ${tensorflow} was built for`,
      `install a driver of version ${oldest} or later`,
    );
  }
  return unused(`${card.name} is not used: ${gpuProblem(said)}`, null);
}

function driverProblem(problem: string): { detail: string; fix: string } {
  if (/version mismatch/i.test(problem)) {
    return { detail: `the running driver and the installed one differ: ${problem}`, fix: 'restart the machine' };
  }
  if (/couldn't communicate|no devices were found/i.test(problem)) {
    return { detail: `the NVIDIA driver does not answer: ${problem}`, fix: 'reinstall the driver, then restart' };
  }
  return { detail: `nvidia-smi failed: ${problem}`, fix: 'run nvidia-smi, and mend what it says' };
}

/** Versions of numbers with dots. */
export function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}
