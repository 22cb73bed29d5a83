/** How the backends say that the GPU itself is gone: CUDA (driver reset, card off the bus, a crashed kernel), Dawn. */
const SIGNS =
  /CUDA_ERROR_(?!OUT_OF_MEMORY)\w+|CUDNN_STATUS_(EXECUTION_FAILED|INTERNAL_ERROR)|unspecified launch failure|illegal memory access|\bGPU is lost\b|device (is |was )?(lost|destroyed)/i;

/** Whether a failure says that the device no longer answers, so that no other picture can succeed in this process. */
export function isDeviceLost(error: unknown): error is Error {
  return error instanceof Error && SIGNS.test(error.message);
}
