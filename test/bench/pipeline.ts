import Table from 'cli-table3';
import { fork } from 'node:child_process';
import { availableParallelism, loadavg } from 'node:os';
import type { Finding } from './pipeline/finding.js';

/** In this order; each is a process of its own, so that memory which one has left says nothing about the next. */
const PARTS = ['ways', 'tiled-picture', 'many-pictures', 'large-picture'];

/**
 * From files to records with regions: how much the pipeline gains and where the time goes, what tiles cost, and whether memory stays.
 *
 * @param wanted some of the parts; all by default. `IMGANO_BENCH_PICTURES` is the number of pictures of one timing
 */
export default async function (wanted: readonly string[]): Promise<void> {
  const findings: Finding[] = [];
  for (const part of wanted.length > 0 ? wanted : PARTS) {
    if (!PARTS.includes(part)) throw new Error(`no such part: ${part}; there are ${PARTS.join(', ')}`);
    findings.push(...(await findingsOf(part)));
  }
  const table = new Table({ head: ['', 'measured', 'wanted', ''], style: { head: [], border: [] } });
  for (const { what, measured, wanted, met } of findings) table.push([what, measured, wanted, met ? 'met' : 'NOT MET']);
  console.log(`\n${availableParallelism()} cores, load average now ${loadavg()[0].toFixed(1)}\n${table.toString()}`);
}

/** Runs a part in a process of its own, which prints as it goes and sends what it found. */
function findingsOf(part: string): Promise<Finding[]> {
  return new Promise((done, failed) => {
    const child = fork(new URL('./pipeline/run-part.ts', import.meta.url), [part], { execArgv: ['--import', 'tsx'] });
    const findings: Finding[] = [];
    child.on('message', (found) => findings.push(...(found as Finding[])));
    child.on('error', failed);
    child.on('exit', (code) =>
      code === 0 ? done(findings) : failed(new Error(`the part "${part}" ended with ${code}`)),
    );
  });
}
