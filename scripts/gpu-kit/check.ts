/**
 * `gpu-check` of the kit: is this machine's GPU right, and how fast is it? See docs/gpu.md.
 *
 *   gpu-check [--quick] [--backend NAME] [--json FILE]
 */
import Table from 'cli-table3';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, release } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { packageVersion } from '../../src/runtime/package-version.js';
import { startRuntime } from '../../src/runtime/start.js';
import { tf } from '../../src/runtime/tf.js';
import { webgpuDevice } from '../../src/runtime/webgpu/start-webgpu.js';
import { checkGolden, goldenCases } from './defects.js';
import { type ModelValues, STORED, valuesOfModel } from './models.js';
import { OPS, valuesOf } from './ops.js';
import { takeTimings } from './timings.js';

interface Check {
  readonly what: string;
  readonly ok: boolean;
  /** The largest difference, in parts of the largest value; or what went wrong. */
  readonly off: number | string;
}

/** Of the largest value; ops are compared with plain JavaScript. */
const TOLERANCE = { op: 1e-4, model: 1e-3 };

const data = join(import.meta.dirname, 'data');
const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    backend: { type: 'string', default: 'webgpu' },
    json: { type: 'string' },
  },
});

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`error: ${(error as Error).message}`);
  process.exitCode = 2;
}

async function main(): Promise<number> {
  await startRuntime(flags.backend);
  const memory = highWater();
  const started = performance.now();
  const ops = await checkOps();
  const models = await checkModels();
  const defects = await checkDefects();
  const checks = [...ops, ...models, ...defects];
  const wrong = checks.filter(({ ok }) => !ok);
  const timings = flags.quick ? [] : await takeTimings((what) => console.error(`timing: ${what}`));
  const report = {
    ...{ imgano: packageVersion, node: process.version, system: `${process.platform} ${release()}` },
    ...{ cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, backend: flags.backend, adapter: webgpuDevice() },
    ...{ seconds: Math.round((performance.now() - started) / 1000), checks, timings, memory: memory() },
  };
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify(report, null, 2)}\n`);
  console.log(
    `\n${report.adapter?.title ?? flags.backend} (imgano ${packageVersion}, ${report.system}, ${report.cpu})\n`,
  );
  console.log(
    table(
      ['correct', 'right', 'largest difference'],
      [
        summary('ops', ops),
        ...models.map((check) => summary(check.what, [check])),
        summary('golden cases of the defects stages', defects),
      ],
    ),
  );
  for (const { what, off } of wrong) console.log(`WRONG: ${what}: ${off}`);
  if (timings.length > 0) {
    console.log(
      table(
        ['time', 'first, ms', 'then, ms', 'a second'],
        timings.map((row) =>
          'failed' in row
            ? [row.what, row.failed, '', '']
            : [row.what, row.first_ms.toFixed(1), row.median_ms.toFixed(2), row.per_second.toFixed(1)],
        ),
      ),
    );
  }
  const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
  console.log(
    `memory at its highest: ${mib(report.memory.gpu_bytes)} on the device, ${mib(report.memory.process_bytes)} of the process`,
  );
  return wrong.length === 0 ? 0 : 1;
}

async function checkOps(): Promise<Check[]> {
  const expected = stored<Record<string, number[][]>>('ops.json');
  const checks: Check[] = [];
  for (const name of Object.keys(OPS)) {
    checks.push(
      await checked(name, TOLERANCE.op, async () => farthest((await valuesOf(name)).flat(), expected[name].flat())),
    );
  }
  return checks;
}

async function checkModels(): Promise<Check[]> {
  const expected = stored<Record<string, ModelValues>>('models.json');
  const checks: Check[] = [];
  for (const name of Object.keys(STORED)) {
    checks.push(
      await checked(name, TOLERANCE.model, async () => {
        const got = await valuesOfModel(name, join(data, 'models'));
        return Math.max(farthest(got.scores, expected[name].scores), farthest(got.maps, expected[name].maps));
      }),
    );
  }
  return checks;
}

async function checkDefects(): Promise<Check[]> {
  const checks: Check[] = [];
  for (const id of goldenCases(join(data, 'defects'))) {
    const wrong = await checkGolden(join(data, 'defects', id)).catch((error: Error) => error.message);
    checks.push({ what: `golden case ${id}`, ok: wrong === null, off: wrong ?? 0 });
  }
  return checks;
}

async function checked(what: string, tolerance: number, measure: () => Promise<number>): Promise<Check> {
  try {
    const off = await measure();
    return { what, ok: off <= tolerance, off };
  } catch (error) {
    return { what, ok: false, off: (error as Error).message };
  }
}

/** The largest difference in parts of the largest magnitude, or of 1 where all are smaller; Infinity where one is not a number. */
function farthest(got: readonly number[], wanted: readonly number[]): number {
  if (got.length !== wanted.length) return Infinity;
  let [apart, scale] = [0, 1];
  for (const [i, value] of wanted.entries()) {
    const difference = Math.abs(got[i] - value);
    apart = Number.isNaN(difference) ? Infinity : Math.max(apart, difference);
    scale = Math.max(scale, Math.abs(value));
  }
  return apart / scale;
}

function stored<T>(name: string): T {
  return JSON.parse(readFileSync(join(data, name), 'utf8')) as T;
}

/** Looks again and again; tells the most that there was. */
function highWater(): () => { gpu_bytes: number; process_bytes: number } {
  let gpu_bytes = 0;
  const look = () => {
    const { numBytesAllocatedInGPU = 0 } = tf.memory() as unknown as { numBytesAllocatedInGPU?: number };
    gpu_bytes = Math.max(gpu_bytes, numBytesAllocatedInGPU);
  };
  const timer = setInterval(look, 20).unref();
  return () => {
    clearInterval(timer);
    look();
    return { gpu_bytes, process_bytes: process.resourceUsage().maxRSS * 1024 };
  };
}

function summary(what: string, checks: readonly Check[]): string[] {
  const numbers = checks.flatMap(({ off }) => (typeof off === 'number' ? [off] : []));
  const right = checks.filter(({ ok }) => ok).length;
  return [what, `${right} of ${checks.length}`, Math.max(0, ...numbers).toExponential(1)];
}

function table(head: string[], rows: string[][]): string {
  const made = new Table({ head, style: { head: [], border: [] } });
  made.push(...rows);
  return made.toString();
}
