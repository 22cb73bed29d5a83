#!/usr/bin/env node
import { createRequire } from 'node:module';
import { Builtins, Cli } from 'clipanion';
import { COMMANDS } from './commands.js';
import { syntaxError } from './syntax-error.js';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
const cli = new Cli({ binaryLabel: 'imgano: visual anomaly detection', binaryName: 'imgano', binaryVersion: version });
for (const command of [...COMMANDS, Builtins.HelpCommand, Builtins.VersionCommand]) cli.register(command);

// Whoever reads the records may stop early (`| head`): the end of a pipe is not an error of ours. 141 = 128 + SIGPIPE.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit(141);
});

const argv = process.argv.slice(2);
try {
  process.exitCode = await cli.run(cli.process(argv, Cli.defaultContext), Cli.defaultContext);
} catch (error) {
  process.stderr.write(`${syntaxError(cli, COMMANDS, argv, error as Error)}\n`);
  process.exitCode = 2;
}
