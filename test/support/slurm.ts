import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { accessSync, chmodSync, constants, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);
const NEEDED = ['munged', 'slurmctld', 'slurmd', 'sbatch', 'squeue', 'sinfo'];

/** A Slurm of one node, of its own: nothing of the machine's configuration is read or changed. */
export interface Slurm {
  /** Submits a job file and waits until all its tasks have ended, however they did. */
  submit(args: readonly string[], env: NodeJS.ProcessEnv): Promise<void>;
  stop(): void;
}

/** Why a Slurm cannot be started here; null when it can. Debian has it in the packages slurm-wlm and munge. */
export function slurmTrouble(): string | null {
  const absent = NEEDED.filter((name) => findProgram(name) === null);
  if (absent.length > 0) return `needs ${absent.join(', ')}: install slurm-wlm and munge`;
  return process.getuid?.() === 0 ? null : 'needs root, as the daemons do';
}

/** Starts munged, slurmctld and slurmd with their files in `dir`. */
export async function startSlurm(dir: string): Promise<Slurm> {
  for (const name of ['state', 'spool']) mkdirSync(join(dir, name), { recursive: true });
  const key = join(dir, 'munge.key');
  writeFileSync(key, randomBytes(128), { mode: 0o400 });
  chmodSync(dir, 0o755);
  const socket = join(dir, 'munge.socket');
  const conf = join(dir, 'slurm.conf');
  writeFileSync(conf, configuration(dir, socket, [await freePort(), await freePort()]));
  const env = { ...process.env, SLURM_CONF: conf };
  const daemons: ChildProcess[] = [];
  const start = (name: string, ...args: string[]) =>
    daemons.push(spawn(findProgram(name)!, args, { env, stdio: 'ignore' }));
  const stop = () => daemons.reverse().forEach((daemon) => daemon.kill('SIGKILL'));
  try {
    const files = ['pid', 'log', 'seed'].map((name) => `--${name}-file=${join(dir, `munge.${name}`)}`);
    start('munged', '--foreground', '--force', `--key-file=${key}`, `--socket=${socket}`, ...files);
    await until(() => existsSync(socket), 'munged');
    start('slurmctld', '-D', '-f', conf);
    start('slurmd', '-D', '-f', conf, '-N', hostname().split('.')[0]);
    await until(async () => (await run('sinfo', ['-h', '-o', '%t'], { env })).stdout.trim() === 'idle', 'slurmd');
  } catch (error) {
    stop();
    throw error;
  }
  const submit = async (args: readonly string[], more: NodeJS.ProcessEnv) => {
    const { stdout: job } = await run('sbatch', ['--parsable', ...args], { env: { ...env, ...more } });
    const ended = async () => (await run('squeue', ['-h', '-j', job.trim()], { env })).stdout.trim() === '';
    // `sbatch --wait` looks ever more rarely, up to once in half a minute.
    await until(ended, `job ${job.trim()}`, 'end');
  };
  return { submit, stop };
}

function configuration(dir: string, socket: string, [control, node]: number[]): string {
  const host = hostname().split('.')[0];
  return [
    `ClusterName=test`,
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmctldPort=${control}`,
    `SlurmdPort=${node}`,
    `AuthType=auth/munge`,
    `AuthInfo=socket=${socket}`,
    `SlurmUser=root`,
    ...['Slurmctld', 'Slurmd'].map((name) => `${name}PidFile=${join(dir, `${name}.pid`)}`),
    ...['Slurmctld', 'Slurmd'].map((name) => `${name}LogFile=${join(dir, `${name}.log`)}`),
    `StateSaveLocation=${join(dir, 'state')}`,
    `SlurmdSpoolDir=${join(dir, 'spool')}`,
    `ProctrackType=proctrack/linuxproc`,
    `TaskPlugin=task/none`,
    `MpiDefault=none`,
    `ReturnToService=2`,
    `SchedulerParameters=batch_sched_delay=0,sched_min_interval=0,sched_interval=1`,
    `SelectType=select/cons_tres`,
    `SelectTypeParameters=CR_Core`,
    `NodeName=${host} NodeAddr=127.0.0.1 CPUs=2 State=UNKNOWN`,
    `PartitionName=all Nodes=ALL Default=YES State=UP`,
    '',
  ].join('\n');
}

function findProgram(name: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  const runs = (path: string) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  return folders.map((folder) => join(folder, name)).find(runs) ?? null;
}

async function until(ready: () => boolean | Promise<boolean>, what: string, does = 'start'): Promise<void> {
  for (let tries = 0; tries < 600; tries++) {
    if (await Promise.resolve(ready()).catch(() => false)) return;
    await sleep(100);
  }
  throw new Error(`${what} did not ${does}`);
}

function freePort(): Promise<number> {
  return new Promise((found) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => found(port));
    });
  });
}
