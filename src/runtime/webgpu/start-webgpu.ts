import type { backend_util, DataStorage, KernelBackend } from '@tensorflow/tfjs';
import { UnsupportedBackendError } from '../../errors.js';
import { commonJsLoader } from '../native/common-js.js';
import { tf } from '../tf.js';
import { adapterChoice } from './adapter-choice.js';
import type { Gpu, GpuAdapter, GpuDevice, GpuLimits } from './dawn.js';
import { DeviceFaults } from './device-faults.js';
import { type BufferManager, guardBuffers } from './guarded-buffers.js';
import { limitsOf, openDevice } from './open-device.js';
import { webgpuPackages } from './packages.js';

/** The adapter that the backend runs on. */
export interface WebgpuDevice {
  /** As its driver names it. */
  readonly title: string;
  /** It computes on the processor. */
  readonly software: boolean;
  readonly limits: GpuLimits;
}

/** The class of TensorFlow.js's backend. */
type WebgpuBackend = new (
  device: GpuDevice,
  info: GpuAdapter['info'],
) => KernelBackend & {
  readonly device: GpuDevice;
  readonly bufferManager: BufferManager;
  readonly tensorMap: DataStorage<{ readonly values: backend_util.BackendValues | null }>;
};

let current: { readonly device: WebgpuDevice; readonly choice: string; readonly gpu: Gpu } | null = null;

/** The device of this process, once `startWebgpu` has opened it, else null. */
export function webgpuDevice(): WebgpuDevice | null {
  return current?.device ?? null;
}

/**
 * Opens a device and registers it with tfjs as the backend `webgpu`. A process has one.
 *
 * @param adapter see `adapterChoice`; by default what runs already, then what `IMGANO_WEBGPU_ADAPTER` says
 * @throws UnsupportedBackendError if packages or the adapter are missing, or another adapter runs already
 */
export async function startWebgpu(adapter?: string): Promise<void> {
  const choice = JSON.stringify(adapterChoice(adapter));
  if (current !== null) {
    if (adapter === undefined || choice === current.choice) return;
    throw new UnsupportedBackendError(`backend "webgpu": this process runs on ${current.device.title} already`);
  }
  const packages = webgpuPackages();
  const { gpu, device, info, software } = await openDevice(packages.dawn, adapterChoice(adapter));
  const load = commonJsLoader(new Map<string, unknown>([['@tensorflow/tfjs-core', tf]]));
  const { WebGPUBackend } = load(packages.kernels) as { WebGPUBackend: WebgpuBackend };
  // else small tensors are computed on the processor, by kernels that answer differently
  tf.env().set('WEBGPU_CPU_FORWARD', false);
  const backend = inBrowser(() => new (guarded(WebGPUBackend))(device, info));
  tf.registerBackend('webgpu', () => backend);
  const title = info.description || info.device || info.vendor;
  current = { device: { title, software, limits: limitsOf(device) }, choice, gpu };
}

/** Runs what only looks whether there is a `navigator.gpu`; one that stayed would keep the process from ending. */
function inBrowser<T>(body: () => T): T {
  const own = Object.getOwnPropertyDescriptor(globalThis, 'navigator');
  Object.defineProperty(globalThis, 'navigator', { value: { gpu: {} }, configurable: true });
  try {
    return body();
  } finally {
    if (own === undefined) delete (globalThis as { navigator?: unknown }).navigator;
    else Object.defineProperty(globalThis, 'navigator', own);
  }
}

/** The backend that never gives out a result of something that failed. */
function guarded(Base: WebgpuBackend): WebgpuBackend {
  return class extends Base {
    private readonly faults = new DeviceFaults(this.device);
    private readonly freeReserve = guardBuffers(this.bufferManager, this.device);

    override async read(dataId: object) {
      const values = super.read(dataId);
      try {
        await this.faults.look();
      } catch (error) {
        values.catch(() => {}); // of a device that is lost it fails too
        this.freeReserve();
        throw error;
      }
      return values;
    }

    override readSync(dataId: object) {
      const { values } = this.tensorMap.get(dataId);
      if (values != null) return values;
      throw new UnsupportedBackendError(
        'backend "webgpu": values come only to those who wait for them; use data() in place of dataSync()',
      );
    }
  };
}
