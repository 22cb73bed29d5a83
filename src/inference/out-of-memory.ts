/** How the backends say that memory ran out: TensorFlow, CUDA and its libraries, wasm and JavaScript itself. */
const SIGNS =
  /\bOOM\b|out of memory|CUDA_ERROR_OUT_OF_MEMORY|STATUS_ALLOC_FAILED|bad_alloc|failed to allocate|array buffer allocation|invalid typed array length|cannot enlarge memory/i;

/** Whether a failure says that there was not enough memory, so that less at a time may succeed. */
export function isOutOfMemory(error: unknown): error is Error {
  return error instanceof Error && SIGNS.test(error.message);
}
