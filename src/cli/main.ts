#!/usr/bin/env node
import { createRequire } from 'node:module';
import { Builtins, Cli } from 'clipanion';
import { COMMANDS } from './commands.js';

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
const cli = new Cli({ binaryLabel: 'imgano: visual anomaly detection', binaryName: 'imgano', binaryVersion: version });
for (const command of [...COMMANDS, Builtins.HelpCommand, Builtins.VersionCommand]) cli.register(command);
await cli.runExit(process.argv.slice(2), Cli.defaultContext);
