/**
 * Checks the documentation against the code: every relative link leads to a file, and every `imgano` command that
 * stands in a code block is one that the command line accepts; and the JSON Schemas against the codecs.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Cli } from 'clipanion';
import { globSync } from 'tinyglobby';
import { COMMANDS } from '../src/cli/commands.js';
import { outdatedSchemas } from './schemas.js';

const root = resolve(import.meta.dirname, '..');
const cli = new Cli();
for (const command of COMMANDS) cli.register(command);

const problems: string[] = outdatedSchemas();
for (const file of globSync(['*.md', 'docs/**/*.md'], { cwd: root })) {
  const text = readFileSync(join(root, file), 'utf8');
  problems.push(...brokenLinks(file, text), ...wrongCommands(file, text));
}
for (const problem of problems) console.error(problem);
console.error(problems.length === 0 ? 'docs: all links and commands hold' : `docs: ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;

function brokenLinks(file: string, text: string): string[] {
  const links = [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)].map((match) => match[1]);
  const local = links.filter((link) => !/^[a-z]+:/.test(link));
  return local
    .filter((link) => !existsSync(join(root, dirname(file), link)))
    .map((link) => `${file}: the link to ${link} leads nowhere`);
}

function wrongCommands(file: string, text: string): string[] {
  const blocks = [...text.matchAll(/```(?:sh|bash|console)\n([\s\S]*?)```/g)].map((match) => match[1]);
  const lines = blocks.flatMap((block) => block.replace(/\\\n\s*/g, ' ').split('\n'));
  const commands = lines
    .map((line) => line.trim().replace(/^(\$ )?(npx )?/, ''))
    .filter((line) => /^imgano /.test(line));
  return commands.flatMap((command) => {
    try {
      cli.process(words(command));
      return [];
    } catch (error) {
      return [`${file}: "${command}" is not accepted: ${(error as Error).message.split('\n')[0]}`];
    }
  });
}

/** Splits a command line as a shell would: quotes, comments, and nothing after a pipe or a redirection. */
function words(command: string): string[] {
  const parts = [...command.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map((m) => m[1] ?? m[2] ?? m[3]);
  const end = parts.findIndex((part) => /^[#|>]/.test(part) || part === '&&');
  return parts.slice(1, end === -1 ? undefined : end);
}
