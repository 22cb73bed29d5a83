import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Elsewhere } from '../harness.js';
import { PythonRival, type Greeting } from './python-rival.js';

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

/** PyTorch and ONNX Runtime in a Python process of their own (`IMGANO_PYTHON` names another Python). */
export class TorchTrunk {
  private constructor(
    private readonly rival: PythonRival,
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
    const batches = [...pictures.keys()].join();
    const rival = await PythonRival.start('backbones.py', [folder, String(threads), batches]);
    if (rival !== null) return new TorchTrunk(rival, folder);
    rmSync(folder, { recursive: true });
    console.log('  PyTorch and ONNX Runtime skipped: this Python has no PyTorch');
    return null;
  }

  get greeting(): Greeting {
    return this.rival.greeting;
  }

  /** The contenders of one precision and batch size. */
  contenders(precision: string, batch: number): Record<string, Elsewhere> {
    const prefix = `${precision}/${batch}/`;
    const names = this.greeting.names.filter((name) => name.startsWith(prefix));
    return Object.fromEntries(
      names.map((name) => [name.slice(prefix.length), { time: (calls: number) => this.rival.time(name, calls) }]),
    );
  }

  stop(): void {
    this.rival.stop();
    rmSync(this.folder, { recursive: true });
  }
}
