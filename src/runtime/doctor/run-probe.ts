import { execFile } from 'node:child_process';
import type { ProbeFacts } from './backend-probe.js';

/** How the try of a backend ended; `said` is what it wrote to its standard error. */
export type ProbeOutcome =
  | { readonly ok: true; readonly facts: ProbeFacts; readonly said: string }
  | { readonly ok: false; readonly signal: string | null; readonly message: string };

const MARK = 'imgano-probe:';

/** Tries a backend in a child process with this process's own loaders. */
export function runProbe(backend: string, signal?: AbortSignal): Promise<ProbeOutcome> {
  const module = new URL('./backend-probe.js', import.meta.url).href;
  const script = `
    import(${JSON.stringify(module)})
      .then(({ probeBackend }) => probeBackend(${JSON.stringify(backend)}))
      .then((facts) => console.log('${MARK}' + JSON.stringify(facts)))
      .catch((error) => { console.error('${MARK}' + error.message); process.exit(1); });`;
  const args = [...process.execArgv.filter((arg) => !arg.startsWith('--inspect')), '-e', script];
  // the library's own words are wanted here when it fails
  const { IMGANO_DEVICE: _device, ...inherited } = process.env; // the machine is examined, not a choice
  const env = { ...inherited, TF_CPP_MIN_LOG_LEVEL: process.env.TF_CPP_MIN_LOG_LEVEL ?? '1' };
  return new Promise((done) => {
    const child = execFile(process.execPath, args, { env, timeout: 120_000, signal }, (error, stdout, stderr) => {
      const answer = lineAfterMark(stdout);
      if (error === null && answer !== null)
        return done({ ok: true, facts: JSON.parse(answer) as ProbeFacts, said: stderr });
      const message = lineAfterMark(stderr) ?? (stderr.trim().split('\n').slice(-3).join('\n') || `${error?.message}`);
      done({ ok: false, signal: child.signalCode, message });
    });
  });
}

function lineAfterMark(text: string): string | null {
  const line = text.split('\n').find((l) => l.startsWith(MARK));
  return line === undefined ? null : line.slice(MARK.length);
}
