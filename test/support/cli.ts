import { Cli } from 'clipanion';
import { PassThrough } from 'node:stream';
import { COMMANDS } from '../../src/cli/commands.js';

export interface CliOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command in this process, as the binary would. */
export async function runCli(...argv: string[]): Promise<CliOutcome> {
  const cli = new Cli({ binaryName: 'imgano' });
  for (const command of COMMANDS) cli.register(command);
  const out = collector();
  const err = collector();
  const code = await cli.run(argv, { stdin: process.stdin, stdout: out.stream, stderr: err.stream });
  return { code, stdout: out.text(), stderr: err.text() };
}

function collector(): { stream: PassThrough; text: () => string } {
  const stream = new PassThrough();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  return { stream, text: () => Buffer.concat(chunks).toString('utf8') };
}
