import type { BackendName } from './backends.js';
import { addInGroups } from './kernels/add-in-groups.js';
import { averagePoolGradient } from './kernels/average-pool-gradient.js';
import { convFilterGradient } from './kernels/conv-filter-gradient.js';
import { convPadding } from './kernels/conv-padding.js';
import { denseBincount } from './kernels/dense-bincount.js';
import { depthwiseGradients } from './kernels/depthwise-gradients.js';
import { gatherRows } from './kernels/gather-rows.js';
import { maxPoolGradient } from './kernels/max-pool-gradient.js';
import { repairMirrorPadGradient } from './kernels/mirror-pad-gradient.js';
import { pointwiseProduct } from './kernels/pointwise-product.js';
import { poolPadding } from './kernels/pool-padding.js';
import { applyRepairs, type KernelRepair } from './kernels/repair.js';
import { resizeGradient } from './kernels/resize-gradient.js';
import { roundInt32 } from './kernels/round-int32.js';
import { segmentSum } from './kernels/segment-sum.js';
import { singleChannelGradient } from './kernels/single-channel-gradient.js';
import { transform } from './kernels/transform.js';

/** Every kernel of TensorFlow.js 4.22 that this package mends, and why. */
export const KERNEL_REPAIRS: readonly KernelRepair[] = [
  roundInt32,
  ...poolPadding,
  ...averagePoolGradient,
  maxPoolGradient,
  ...convPadding,
  ...pointwiseProduct,
  singleChannelGradient,
  convFilterGradient,
  ...depthwiseGradients,
  resizeGradient,
  segmentSum,
  gatherRows,
  transform,
  denseBincount,
  addInGroups,
];

/** Mends the kernels of one backend. Its kernels must be registered already; a second call changes nothing. */
export function repairKernels(backend: BackendName): void {
  repairMirrorPadGradient(); // gradients belong to no backend
  applyRepairs(KERNEL_REPAIRS.filter((repair) => repair.backend === backend));
}
