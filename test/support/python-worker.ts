import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A Python process that keeps its libraries and data loaded, and does named work when it is asked to. */
export interface PythonWorker {
  /** What the setup printed: versions, say. */
  readonly greeting: string;
  /** Runs `def NAME():` of the script; gives what it returned, as JSON. */
  call(name: string): Promise<unknown>;
  close(): void;
}

/**
 * Starts Python (`IMGANO_PYTHON` names another one) with a script that defines functions without arguments and a string `greeting`.
 *
 * @returns null where there is no Python, or the script does not get through, for want of a module say
 */
export async function startPython(script: string): Promise<PythonWorker | null> {
  const loop = `
import sys, json
print(greeting, flush=True)
for line in sys.stdin:
    print(json.dumps(globals()[line.strip()]()), flush=True)
`;
  const child = spawn(process.env.IMGANO_PYTHON ?? 'python3', ['-c', script + loop], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  child.on('error', () => {}); // no such program: the output ends at once
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const first = await lines.next();
  if (first.done === true) return null;
  return {
    greeting: first.value,
    async call(name) {
      child.stdin.write(`${name}\n`);
      const answer = await lines.next();
      if (answer.done === true) throw new Error(`Python ended in ${name}`);
      return JSON.parse(answer.value) as unknown;
    },
    close: () => child.stdin.end(),
  };
}
