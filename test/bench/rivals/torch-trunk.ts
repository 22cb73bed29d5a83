import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Elsewhere } from '../harness.js';

/** What the rivals are given: the weights under torch's names, and one batch of pictures for every batch size, NHWC. */
export interface Task {
  readonly threads: number;
  readonly weights: readonly {
    readonly name: string;
    readonly shape: readonly number[];
    readonly values: Float32Array;
  }[];
  readonly pictures: ReadonlyMap<number, Float32Array>;
}

/** What `backbones.py` says first. */
interface Greeting {
  readonly versions: string;
  /** `PRECISION/BATCH/NAME` of every contender. */
  readonly names: readonly string[];
  /** Why a rival is not among them. */
  readonly notes: Readonly<Record<string, string>>;
}

/** PyTorch and ONNX Runtime in a Python process of their own (`IMGANO_PYTHON` names another Python). */
export class TorchTrunk {
  private constructor(
    readonly greeting: Greeting,
    private readonly process: ChildProcess,
    private readonly lines: AsyncIterator<string>,
    private readonly folder: string,
  ) {}

  /** @returns null, with a line on the console, where this Python has no PyTorch */
  static async start({ threads, weights, pictures }: Task): Promise<TorchTrunk | null> {
    const folder = mkdtempSync(join(tmpdir(), 'imgano-bench-'));
    const listed = weights.map(({ name, shape, values }, i) => {
      writeFileSync(join(folder, `${i}.bin`), values);
      return [name, `${i}.bin`, shape];
    });
    writeFileSync(join(folder, 'weights.json'), JSON.stringify(listed));
    for (const [batch, values] of pictures) writeFileSync(join(folder, `input${batch}.bin`), values);
    const script = join(import.meta.dirname, 'backbones.py');
    const batches = [...pictures.keys()].join();
    const child = spawn(process.env.IMGANO_PYTHON ?? 'python3', [script, folder, String(threads), batches], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    child.on('error', () => {}); // no such Python: the output ends at once
    const reader: Interface = createInterface({ input: child.stdout });
    const lines = reader[Symbol.asyncIterator]();
    const first = await lines.next();
    if (first.done !== true) return new TorchTrunk(JSON.parse(first.value) as Greeting, child, lines, folder);
    rmSync(folder, { recursive: true });
    console.log('  PyTorch and ONNX Runtime skipped: this Python has no PyTorch');
    return null;
  }

  /** The contenders of one precision and batch size. */
  contenders(precision: string, batch: number): Record<string, Elsewhere> {
    const prefix = `${precision}/${batch}/`;
    const names = this.greeting.names.filter((name) => name.startsWith(prefix));
    return Object.fromEntries(
      names.map((name) => [name.slice(prefix.length), { time: (calls: number) => this.time(name, calls) }]),
    );
  }

  stop(): void {
    this.process.kill();
    rmSync(this.folder, { recursive: true });
  }

  private async time(name: string, calls: number): Promise<number> {
    this.process.stdin!.write(`${name} ${calls}\n`);
    const answer = await this.lines.next();
    if (answer.done === true) throw new Error(`the Python process ended while it timed ${name}`);
    await sleep(50); // its threads wait for more work in a loop, which would slow down whoever comes next
    return Number(answer.value);
  }
}
