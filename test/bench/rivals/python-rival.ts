import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/** What a script of this folder says first. */
export interface Greeting {
  readonly versions: string;
  /** Of every contender, by which it is timed. */
  readonly names: readonly string[];
  /** Why a rival is not among them. */
  readonly notes: Readonly<Record<string, string>>;
}

/** A script of this folder in a Python process of its own (`IMGANO_PYTHON` names another Python). */
export class PythonRival {
  private constructor(
    readonly greeting: Greeting,
    private readonly process: ChildProcess,
    private readonly lines: AsyncIterator<string>,
  ) {}

  /** @returns null where this Python lacks what the script needs */
  static async start(script: string, args: readonly string[]): Promise<PythonRival | null> {
    const child = spawn(process.env.IMGANO_PYTHON ?? 'python3', [join(import.meta.dirname, script), ...args], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    child.on('error', () => {}); // no such Python: the output ends at once
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const first = await lines.next();
    return first.done === true ? null : new PythonRival(JSON.parse(first.value) as Greeting, child, lines);
  }

  /** The milliseconds that one of so many calls took. */
  async time(name: string, calls: number): Promise<number> {
    this.process.stdin!.write(`${name} ${calls}\n`);
    const answer = await this.lines.next();
    if (answer.done === true) throw new Error(`the Python process ended while it timed ${name}`);
    await sleep(50); // its threads wait for more work in a loop, which would slow down whoever comes next
    return Number(answer.value);
  }

  stop(): void {
    this.process.kill();
  }
}
