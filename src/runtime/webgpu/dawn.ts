// What this package uses of WebGPU (https://www.w3.org/TR/webgpu), and of Dawn's module for Node.

export interface GpuError {
  readonly message: string;
}

export interface GpuBuffer {
  readonly size: number;
  destroy(): void;
}

export interface GpuDevice {
  readonly limits: GpuLimits;
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  pushErrorScope(filter: ErrorFilter): void;
  popErrorScope(): Promise<GpuError | null>;
  destroy(): void;
}

export type ErrorFilter = 'out-of-memory' | 'validation' | 'internal';

/** The limits that decide how large a tensor may be and how it is computed on. */
export interface GpuLimits {
  readonly maxBufferSize: number;
  /** The largest tensor that a kernel can see. */
  readonly maxStorageBufferBindingSize: number;
  readonly maxComputeWorkgroupStorageSize: number;
  readonly maxComputeInvocationsPerWorkgroup: number;
  readonly maxComputeWorkgroupSizeX: number;
  readonly maxComputeWorkgroupsPerDimension: number;
}

export interface GpuAdapter {
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    readonly isFallbackAdapter?: boolean;
  };
  readonly limits: GpuLimits;
  readonly features: ReadonlySet<string>;
  requestDevice(wanted: {
    readonly requiredFeatures: readonly string[];
    readonly requiredLimits: Readonly<Record<string, number>>;
  }): Promise<GpuDevice>;
}

export interface Gpu {
  requestAdapter(options: {
    readonly powerPreference?: string;
    readonly forceFallbackAdapter?: boolean;
  }): Promise<GpuAdapter | null>;
}

/** The npm package `webgpu`. */
export interface Dawn {
  /** @param flags of Dawn, such as `adapter=NAME` */
  create(flags: readonly string[]): Gpu;
  /** Constants such as `GPUBufferUsage`, which programs expect as global variables. */
  readonly globals: Readonly<Record<string, unknown>>;
}
