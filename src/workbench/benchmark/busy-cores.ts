import { cpus } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';

/** How many cores are at work while this process sleeps for a moment. The load average tells the same a minute late, with this process in it. */
export async function coresBusyElsewhere(): Promise<number> {
  const before = cpus();
  await sleep(300);
  return cpus().reduce((busy, core, i) => {
    const spent = Object.entries(core.times).map(([kind, ms]) => ({ kind, ms: ms - timesOf(before[i], kind) }));
    const total = spent.reduce((sum, { ms }) => sum + ms, 0);
    const idle = spent.find(({ kind }) => kind === 'idle')?.ms ?? 0;
    return busy + (total > 0 ? 1 - idle / total : 0);
  }, 0);
}

function timesOf(core: ReturnType<typeof cpus>[number], kind: string): number {
  return core.times[kind as keyof typeof core.times];
}
