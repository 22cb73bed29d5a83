import { pathToFileURL } from 'node:url';
import { UnsupportedBackendError } from '../../errors.js';
import type { AdapterChoice } from './adapter-choice.js';
import type { Dawn, Gpu, GpuAdapter, GpuDevice, GpuLimits } from './dawn.js';

/** A device that kernels can run on, and what it is. */
export interface OpenedDevice {
  /** The device answers as long as this is held. */
  readonly gpu: Gpu;
  readonly device: GpuDevice;
  readonly info: GpuAdapter['info'];
  readonly software: boolean;
}

/** As much as the adapter has of these; the defaults of WebGPU are made for phones. */
const LIMITS: readonly (keyof GpuLimits)[] = [
  ...(['maxBufferSize', 'maxStorageBufferBindingSize', 'maxComputeWorkgroupStorageSize'] as const),
  ...(['maxComputeInvocationsPerWorkgroup', 'maxComputeWorkgroupSizeX', 'maxComputeWorkgroupsPerDimension'] as const),
];

/** Drivers that compute on the processor: Mesa's and Google's. */
const SOFTWARE = ['llvmpipe', 'SwiftShader'];

const REMEDY = 'install the driver of the GPU and the Vulkan loader (docs/gpu.md), or use another backend';

/**
 * Opens the adapter of a choice through Dawn.
 *
 * @param file of the module `webgpu`
 * @throws UnsupportedBackendError when there is none, or it is only the processor, which has to be asked for
 */
export async function openDevice(file: string, choice: AdapterChoice): Promise<OpenedDevice> {
  const { create, globals } = (await import(pathToFileURL(file).href)) as Dawn;
  Object.assign(globalThis, globals);
  const { gpu, adapter } = await firstAdapter(create, choice);
  const software = adapter.info.isFallbackAdapter === true;
  if (software && !choice.software) {
    throw new UnsupportedBackendError(
      `backend "webgpu": no GPU, only the processor (${adapter.info.description}), answers; ${REMEDY} (webgpu:software takes it all the same)`,
    );
  }
  const wanted = { requiredFeatures: [], requiredLimits: { ...limitsOf(adapter) } };
  const device = await adapter.requestDevice(wanted).catch((error: Error) => {
    throw new UnsupportedBackendError(`backend "webgpu": the GPU does not open (${error.message}); ${REMEDY}`);
  });
  return { gpu, device, info: adapter.info, software };
}

/** As plain data. */
export function limitsOf({ limits }: { readonly limits: GpuLimits }): GpuLimits {
  return Object.fromEntries(LIMITS.map((name) => [name, limits[name]])) as unknown as GpuLimits;
}

/** Dawn takes the drivers of GPUs first, so where the processor is wanted it has to be named. */
async function firstAdapter(
  create: Dawn['create'],
  { power, software, name }: AdapterChoice,
): Promise<{ gpu: Gpu; adapter: GpuAdapter }> {
  const names = software && name === null ? SOFTWARE : [name];
  let why = 'none answers';
  for (const one of names) {
    try {
      const gpu = create(one === null ? [] : [`adapter=${one}`]);
      const adapter = await gpu.requestAdapter({ powerPreference: power });
      if (adapter !== null) return { gpu, adapter };
    } catch (error) {
      why = (error as Error).message.trim().replace(/\s*\n\s*/g, ' ');
    }
  }
  throw new UnsupportedBackendError(`backend "webgpu": no adapter (${why}); ${REMEDY}`);
}
