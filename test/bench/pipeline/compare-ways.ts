import Table from 'cli-table3';
import type { OpenedRun } from '../../../src/inference/open-run.js';
import type { ProfileReport } from '../../../src/runtime/profile/stage-profile.js';
import { coresBusyElsewhere } from '../../../src/workbench/benchmark/busy-cores.js';
import { median } from '../../../src/workbench/benchmark/median.js';
import { built } from './built.js';
import type { Finding } from './finding.js';

/** Others' use of the processor, in cores, above which figures are not to be believed. */
const BUSY_CORES = 0.25;
/** The stages that are tensor operations or decoding. */
const INSIDE = ['load', 'preprocess', 'model', 'postprocess'] as const;

export interface Way {
  readonly batchSize: number | 'auto';
  readonly workers: number;
  readonly ahead?: number;
  /** With the clocks of a profile. */
  readonly profiled?: boolean;
}

/**
 * Times all ways in turn, round by round; the first is the plain loop that the others are measured by, the last the same with a profile. Prints
 * a table, and what the profile says.
 */
export async function compareWays(
  run: OpenedRun,
  inputs: readonly string[],
  ways: Readonly<Record<string, Way>>,
  rounds: number,
  label: string,
): Promise<Finding[]> {
  const names = Object.keys(ways);
  const rates = Object.fromEntries(names.map((name) => [name, [] as number[]]));
  for (const name of names) await walk(run, inputs.slice(0, 20), ways[name]); // compiles and warms up
  const busy = await coresBusyElsewhere();
  const profiles: ProfileReport[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const name of [...names.slice(round % names.length), ...names.slice(0, round % names.length)]) {
      const { seconds, profile } = await walk(run, inputs, ways[name]);
      rates[name].push(inputs.length / seconds);
      if (profile !== null) profiles.push(profile);
    }
  }
  const table = new Table({
    head: ['', 'pictures/s', ...names.slice(0, 2).map((name) => `times "${name}"`)],
    style: { head: [], border: [] },
  });
  const gain = (name: string, base: string) => median(rates[name].map((rate, round) => rate / rates[base][round]));
  const [base, usual] = names;
  for (const name of names) {
    table.push([name, median(rates[name]).toFixed(1), gain(name, base).toFixed(3), gain(name, usual).toFixed(3)]);
  }
  console.log(table.toString());
  if (busy > BUSY_CORES) console.warn(`warning: others used ${busy.toFixed(1)} cores: do not quote these figures`);
  const fastest = names.reduce((best, name) => (gain(name, base) > gain(best, base) ? name : best));
  const overhead = 1 - gain(names[names.length - 1], base);
  return [
    insideOf(profiles, label),
    {
      what: `${label}: the fastest way ("${fastest}") against batch 1, no workers, nothing ahead`,
      measured: `${gain(fastest, base).toFixed(2)} times`,
      wanted: 'at least 1.3',
      met: gain(fastest, base) >= 1.3,
    },
    {
      what: `${label}: what the profile costs`,
      measured: percent(overhead),
      wanted: 'under 2 %',
      met: overhead < 0.02,
    },
  ];
}

/** How much of the time of the plain loop is inside tensor operations or decoding. */
function insideOf(profiles: readonly ProfileReport[], label: string): Finding {
  const wall = profiles.reduce((sum, { wall_seconds }) => sum + wall_seconds, 0);
  const shareOf = (stage: (typeof INSIDE)[number]) =>
    profiles.reduce((sum, { stages }) => sum + stages[stage].total_ms, 0) / (1000 * wall);
  console.log(`of the plain loop: ${INSIDE.map((stage) => `${stage} ${percent(shareOf(stage))}`).join(', ')}`);
  const all = INSIDE.reduce((sum, stage) => sum + shareOf(stage), 0);
  return {
    what: `${label}: time inside tensor operations or decoding, plain loop`,
    measured: percent(all),
    wanted: 'at least 85 %',
    met: all >= 0.85,
  };
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

async function walk(
  run: OpenedRun,
  inputs: readonly string[],
  { profiled = false, ...options }: Way,
): Promise<{ seconds: number; profile: ProfileReport | null }> {
  const { StageProfile } = await built.profile();
  const clock = profiled ? new StageProfile() : undefined;
  const started = performance.now();
  for await (const _record of run.inspect(inputs, { ...options, clock }));
  const seconds = (performance.now() - started) / 1000;
  clock?.stop();
  return { seconds, profile: clock?.report() ?? null };
}
