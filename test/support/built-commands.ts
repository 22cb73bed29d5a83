import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

const built = (path: string) => JSON.stringify(new URL(`../../dist/${path}`, import.meta.url).href);

/** With `globalThis.killThread`, the next decode thread is ended as soon as it has given its first picture, with others in its hands. */
const KILL_THREADS = `
  import threads from 'node:worker_threads';
  import { syncBuiltinESMExports } from 'node:module';
  threads.Worker = class extends threads.Worker {
    constructor(...args) {
      super(...args);
      this.once('message', () => {
        if (!globalThis.killThread) return;
        globalThis.killThread = false;
        this.terminate();
      });
    }
  };
  syncBuiltinESMExports();
`;

const SCRIPT = `
  import './kill-threads.mjs';
  import { cpSync, readFileSync, statSync, truncateSync } from 'node:fs';
  import { PassThrough } from 'node:stream';
  const { Cli } = await import(${JSON.stringify(import.meta.resolve('clipanion'))});
  const { COMMANDS } = await import(${built('cli/commands.js')});
  const cli = new Cli({ binaryName: 'imgano' });
  for (const command of COMMANDS) cli.register(command);
  const ended = [];
  for (const { argv, cwd, killThread = false, cut } of JSON.parse(readFileSync(process.argv[2], 'utf8'))) {
    const stderr = new PassThrough();
    const chunks = [];
    stderr.on('data', (chunk) => chunks.push(chunk));
    globalThis.killThread = killThread;
    if (cut !== undefined) cpSync(cut.folder, cwd, { recursive: true });
    process.chdir(cwd);
    if (cut !== undefined) truncateSync(cut.file, Math.floor(cut.share * statSync(cut.file).size));
    const code = await cli.run(argv, { stdin: process.stdin, stdout: stderr, stderr });
    ended.push({ code, stderr: Buffer.concat(chunks).toString(), killed: killThread && !globalThis.killThread });
  }
  process.stdout.write(JSON.stringify(ended), () => process.exit(0));
`;

export interface BuiltCommand {
  readonly argv: readonly string[];
  /** Relative paths are below it. */
  readonly cwd: string;
  /** Begins with what another command left in its folder, but of one of its files only a share of the bytes, as after a kill. */
  readonly cut?: { readonly folder: string; readonly file: string; readonly share: number };
  /** Ends the first decode thread in the middle of its work. */
  readonly killThread?: boolean;
}

export interface BuiltOutcome {
  readonly code: number;
  readonly stderr: string;
  /** Whether a thread was ended. */
  readonly killed: boolean;
}

/**
 * Runs commands of the built package one after the other in one process of its own: threads start from built code only, and a process
 * for every command would cost a second each.
 */
export function runBuilt(dir: string, commands: readonly BuiltCommand[]): BuiltOutcome[] {
  const at = (name: string, text: string) => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  at('kill-threads.mjs', KILL_THREADS);
  const args = [at('run.mjs', SCRIPT), at('commands.json', JSON.stringify(commands))];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 2 ** 26 });
  if (!stdout.startsWith('[')) throw new Error(`the built commands did not run: ${stdout}${stderr}`);
  return JSON.parse(stdout) as BuiltOutcome[];
}
