import Table from 'cli-table3';
import { availableParallelism, loadavg } from 'node:os';
import { coresBusyElsewhere } from '../../src/workbench/benchmark/busy-cores.js';
import { median } from '../../src/workbench/benchmark/median.js';

/** Work that runs in another process, which times it itself: gives the milliseconds that one of so many calls took. */
export interface Elsewhere {
  time(calls: number): Promise<number>;
}

type Contender = (() => unknown) | Elsewhere;

/** One line of a comparison: the same work, done by every contender. */
export interface Row {
  readonly label: string;
  /** What is timed, by name; a promise is waited for. */
  readonly contenders: Readonly<Record<string, Contender>>;
  /** The contender by which the others are measured; the first by default. */
  readonly rival?: string;
}

export interface RowResult {
  readonly label: string;
  /** The median of the milliseconds that one call took, by contender. */
  readonly medianMs: Readonly<Record<string, number>>;
  /** How many times faster than the rival each contender is: the median of the ratios within the rounds. */
  readonly ratio: Readonly<Record<string, number>>;
}

export interface BenchOptions {
  /** How often every contender is timed. */
  readonly rounds?: number;
  /** A timing repeats short work until it has taken this long. */
  readonly leastMs?: number;
}

/** Others' use of the processor, in cores, above which ratios are not to be believed. */
const BUSY_CORES = 0.25;

/**
 * Times contenders in turn, round by round, so that whatever slows the machine down slows all of them, and prints medians and
 * ratios as one table.
 */
export async function bench(
  title: string,
  rows: readonly Row[],
  { rounds = 7, leastMs = 60 }: BenchOptions = {},
): Promise<RowResult[]> {
  const results: RowResult[] = [];
  let busiest = 0;
  for (const row of rows) {
    busiest = Math.max(busiest, await coresBusyElsewhere());
    results.push(await measure(row, rounds, leastMs));
  }
  console.log(`\n${title} (median of ${rounds} rounds, ms a call)\n${table(rows, results)}`);
  if (busiest > BUSY_CORES) {
    const load = loadavg()[0].toFixed(1);
    console.warn(
      `warning: others used ${busiest.toFixed(1)} of ${availableParallelism()} cores (load average ${load}): do not quote these figures`,
    );
  }
  return results;
}

async function measure({ label, contenders, rival }: Row, rounds: number, leastMs: number): Promise<RowResult> {
  const names = Object.keys(contenders);
  const repeats: Record<string, number> = {};
  const samples: Record<string, number[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (const name of names) {
    await timeOf(contenders[name], 2); // the first call compiles, allocates and loads
    repeats[name] = Math.max(1, Math.ceil(leastMs / (await timeOf(contenders[name], 1))));
  }
  for (let round = 0; round < rounds; round++) {
    const order = [...names.slice(round % names.length), ...names.slice(0, round % names.length)];
    for (const name of order) samples[name].push(await timeOf(contenders[name], repeats[name]));
  }
  const medianMs = Object.fromEntries(names.map((name) => [name, median(samples[name])]));
  const base = samples[rival ?? names[0]];
  // Within a round the machine's mood is shared; over all rounds it need not be.
  const ratio = names.map((name) => [name, median(samples[name].map((ms, round) => base[round] / ms))]);
  return { label, medianMs, ratio: Object.fromEntries(ratio) };
}

async function timeOf(work: Contender, calls: number): Promise<number> {
  if (typeof work !== 'function') return work.time(calls);
  const start = performance.now();
  for (let i = 0; i < calls; i++) {
    const result = work();
    if (result instanceof Promise) await result;
  }
  return (performance.now() - start) / calls;
}

function table(rows: readonly Row[], results: readonly RowResult[]): string {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row.contenders)))];
  const lines = new Table({ head: ['', ...names], style: { head: [], border: [] } });
  for (const { label, medianMs, ratio } of results) {
    const cells = names.map((name) =>
      name in medianMs ? `${medianMs[name].toPrecision(3)} (${ratio[name].toFixed(2)}x)` : '',
    );
    lines.push([label, ...cells]);
  }
  return lines.toString();
}
