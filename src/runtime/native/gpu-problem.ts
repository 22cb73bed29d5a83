const SAYINGS: readonly (readonly [RegExp, (found: RegExpExecArray) => string])[] = [
  [
    /kernel version (\S+) does not match DSO version (\S+)/,
    ([, kernel, dso]) =>
      `the running driver (${kernel}) and the installed one (${dso}) differ, as after an update; restart the machine`,
  ],
  [
    /(?:Could not load dynamic library|cannot open shared object file:?) '?(lib[\w.+-]+\.so[\d.]*)/,
    ([, name]) => `${name} of CUDA was not found; ${PIP}`,
  ],
  [
    /(lib[\w.+-]+\.so[\d.]*): cannot open shared object file/,
    ([, name]) => (name.startsWith('libcuda.') ? NO_DRIVER : `${name} of CUDA was not found; ${PIP}`),
  ],
  [/Cannot dlopen some GPU libraries/, () => `libraries of CUDA or cuDNN were not found; ${PIP}`],
  [
    /Loaded runtime CuDNN library: ([\d.]+) but source was compiled with: ([\d.]+)/,
    ([, has, wants]) => `cuDNN ${has} was found, but the library was compiled with ${wants}; ${PIP}`,
  ],
  [
    /compute capability (\d+\.\d+)\. The minimum required Cuda capability is (\d+\.\d+)/i,
    ([, has, wants]) =>
      `this card has compute capability ${has}, the library needs ${wants}; use the stock package: imgano native install --gpu --from npm`,
  ],
  [/CUDA_ERROR_OUT_OF_MEMORY/, () => 'another process has taken the memory of the GPU; see nvidia-smi, and stop it'],
  [
    /CUDA_ERROR_(SYSTEM_DRIVER_MISMATCH|COMPAT_NOT_SUPPORTED_ON_DEVICE|INSUFFICIENT_DRIVER)|driver version is insufficient/i,
    () => 'the driver is too old for the CUDA that the library was built with; install a newer driver',
  ],
  [
    /CUDA_ERROR_NO_DEVICE|no CUDA-capable device/i,
    () => 'the driver shows no card; check CUDA_VISIBLE_DEVICES, and in a container that it was started with --gpus',
  ],
  [/Could not find cuda drivers/i, () => NO_DRIVER],
  [
    /cuInit: (CUDA_ERROR_\w+)/,
    ([, code]) => `CUDA does not start (${code}); restart the machine, then reinstall the driver`,
  ],
];

const NO_DRIVER = 'there is no NVIDIA driver; install one, or in a container start it with --gpus all';
const PIP =
  'put TensorFlow with its CUDA into a Python environment (pip install "tensorflow[and-cuda]==2.21.0"), then: imgano native install --gpu --from pip';

/** Why a library that was built for CUDA uses no GPU, and what to do, from what it wrote to its standard error. */
export function gpuProblem(said: string): string {
  for (const [pattern, sentence] of SAYINGS) {
    const found = pattern.exec(said);
    if (found !== null) return sentence(found);
  }
  return 'the library was built for CUDA but sees no GPU, and does not say why; run nvidia-smi to check the driver';
}
