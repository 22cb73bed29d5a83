import { Command } from 'clipanion';
import type { Examination } from '../../runtime/doctor/examine.js';
import { BaseCommand } from '../base-command.js';
import { printReport } from '../report.js';
import type { TableContent } from '../table.js';

export class DoctorCommand extends BaseCommand {
  static override paths = [['doctor']];
  static override usage = Command.Usage({
    category: 'Machine',
    description: 'say what this machine can run, what is missing, and the one command that mends it',
    details:
      'Tries every backend in a process of its own. Ends with 1 if a backend is broken or none is there, and with --device cuda if no GPU is used.',
    examples: [['For a bug report', 'imgano doctor --json']],
  });

  protected async run(signal: AbortSignal): Promise<number> {
    const [{ examine }, { parseDevice }] = await Promise.all([
      import('../../runtime/doctor/examine.js'),
      import('../../runtime/device.js'),
    ]);
    const found = await examine(signal);
    signal.throwIfAborted();
    printReport(this.context.stdout, this.json, found, () => [machineTable(found), backendTable(found)]);
    const broken = found.backends.some((backend) => backend.state === 'broken');
    const missing = parseDevice(this.device)?.kind === 'cuda' && found.cuda.state !== 'used';
    return broken || missing || found.default_backend === null ? 1 : 0;
  }
}

function machineTable(found: Examination): TableContent {
  const { node, system, cpu, gpus, library, driver_cuda, cuda_libraries } = found;
  const features = Object.entries(cpu.features ?? {}).flatMap(([name, has]) => (has ? [name] : []));
  const rows: (string | null)[][] = [
    ['system', `${system.platform} ${system.release} ${system.arch}`],
    ['node', `${node.version} (Node-API ${node.napi})`],
    ['processor', `${cpu.model}, ${cpu.cores} threads${features.length > 0 ? `, ${features.join(' ')}` : ''}`],
    ['memory', `${(found.memory_bytes / 2 ** 30).toFixed(1)} GiB`],
  ];
  const { detail, fix } = found.cuda;
  rows.push(['CUDA', fix === null ? detail : `${detail}; to mend it: ${fix}`]);
  for (const gpu of gpus) {
    rows.push([
      'GPU',
      `${gpu.name}, ${gpu.memory_mib ?? '?'} MiB, driver ${gpu.driver} (CUDA ${driver_cuda ?? '?'}), compute ${gpu.compute_capability ?? '?'}`,
    ]);
  }
  if (library !== null) {
    const { cuda, cuda_version, cudnn_version } = library;
    rows.push(['library built for', cuda ? `CUDA ${cuda_version ?? '?'}, cuDNN ${cudnn_version ?? '?'}` : 'CPU']);
  }
  const { cudart, cudnn } = cuda_libraries;
  if (cudart !== null || cudnn !== null) {
    rows.push(['libraries beside it', `CUDA ${cudart ?? 'missing'}, cuDNN ${cudnn ?? 'missing'}`]);
  }
  for (const { adapter } of found.backends) if (adapter !== null) rows.push(['WebGPU adapter', adapterLine(adapter)]);
  for (const [name, version] of Object.entries(found.packages)) if (version !== null) rows.push([name, version]);
  for (const { loaded_from } of found.backends) if (loaded_from !== null) rows.push(['native library', loaded_from]);
  rows.push(['native cache', found.native.folder]);
  for (const [name, value] of Object.entries(found.environment)) rows.push([name, value]);
  return { columns: ['imgano', found.imgano], rows };
}

function adapterLine({ title, limits }: NonNullable<Examination['backends'][number]['adapter']>): string {
  const mib = (bytes: number) => `${Math.floor(bytes / 2 ** 20)} MiB`;
  return `${title}, tensors of ${mib(Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize))} at most`;
}

function backendTable({ backends, default_backend }: Examination): TableContent {
  return {
    columns: ['backend', 'state', 'can', 'what it is, or why not', 'to mend it'],
    rows: backends.map(({ name, state, can, detail, fix }) => [
      name === default_backend ? `${name} *` : name,
      state,
      Object.entries(can)
        .flatMap(([what, able]) => (able ? [what] : []))
        .join(' '),
      detail,
      fix,
    ]),
  };
}
