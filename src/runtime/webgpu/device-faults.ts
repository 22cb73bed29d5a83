import { UnsupportedBackendError } from '../../errors.js';
import type { ErrorFilter, GpuDevice } from './dawn.js';

const SCOPES: readonly ErrorFilter[] = ['internal', 'validation', 'out-of-memory'];

/**
 * What went wrong on a device. WebGPU does not fail where a call is wrong: it goes on, and results are zeros. So all faults since the last
 * look are collected, and whoever reads a result looks first.
 */
export class DeviceFaults {
  private lost: string | null = null;

  constructor(private readonly device: GpuDevice) {
    void device.lost.then(({ reason, message }) => {
      this.lost = firstLine(message) || reason;
    });
    this.openScopes();
  }

  /**
   * Waits until everything that was asked of the device up to now was looked at.
   *
   * @throws UnsupportedBackendError when something of it failed; "out of memory" is then in the message where less at a time may succeed
   */
  async look(): Promise<void> {
    if (this.lost !== null) throw lostError(this.lost);
    const found = Promise.all([...SCOPES].map(() => this.device.popErrorScope()));
    this.openScopes();
    // A scope of a lost device cannot be closed.
    const [memory, validation, internal] = await found.catch(() => []);
    if (this.lost !== null) throw lostError(this.lost);
    if (memory != null) throw memoryError(firstLine(memory.message));
    const other = validation ?? internal;
    if (other != null) throw new UnsupportedBackendError(`backend "webgpu": ${firstLine(other.message)}`);
  }

  private openScopes(): void {
    for (const scope of SCOPES) this.device.pushErrorScope(scope);
  }
}

/** @param what was asked for, or what the driver said */
export function memoryError(what: string): UnsupportedBackendError {
  return new UnsupportedBackendError(`backend "webgpu": the GPU is out of memory (${what})`);
}

function lostError(why: string): UnsupportedBackendError {
  return new UnsupportedBackendError(`backend "webgpu": the GPU is lost (${why}); start again, or use another backend`);
}

/** Messages of WebGPU go on with a stack of labels. */
function firstLine(message: string): string {
  return message.trim().split('\n')[0].replace(/\.$/, '');
}
