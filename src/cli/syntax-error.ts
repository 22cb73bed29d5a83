import type { Cli, CommandClass, Definition } from 'clipanion';
import { suggestion } from '../config/messages.js';

/**
 * One sentence for a command line that does not parse: the unknown command or flag with the closest known one, or what is
 * missing. Clipanion itself would print the usage of every command.
 *
 * @param error what `cli.process` threw
 */
export function syntaxError(
  cli: Cli,
  commands: readonly CommandClass[],
  argv: readonly string[],
  error: Error,
): string {
  const paths = commands.flatMap((command) => (command.paths ?? []).map((path) => ({ command, path })));
  const matches = paths.filter(({ path }) => path.every((word, i) => argv[i] === word));
  const best = matches.sort((a, b) => b.path.length - a.path.length)[0];
  const words = argv.slice(0, 2).filter((word) => !word.startsWith('-'));
  // `imgano models` is a command and `imgano models show` another: a second word that is neither is a slip of the pen.
  const group = paths.some(({ path }) => path.length > 1 && path[0] === words[0]);
  if (best === undefined || (group && words.length > best.path.length)) {
    const known = paths.map(({ path }) => path.join(' '));
    const hint = suggestion(words.join(' '), known) || suggestion(words[0] ?? '', known);
    return `error: unknown command "${words.join(' ')}"${hint}; imgano --help lists the commands`;
  }
  const name = `imgano ${best.path.join(' ')}`;
  // Clipanion lists a command under the first of its paths, and an option as `-f,--flag #0`.
  const listed = `imgano ${(best.command.paths ?? [])[0].join(' ')}`;
  const { options } = cli.definitions().find(({ path }) => path === listed) as Definition;
  const namesOf = ({ definition }: { definition: string }) => definition.split(' ')[0].split(',');
  const flags = options.flatMap(namesOf);
  const takes = [...flags, ...flags.map((flag) => flag.replace(/^--/, '--no-')), '--help', '-h'];
  const given = argv.map((word) => word.split('=')[0]);
  const unknown = given.find((word) => word.startsWith('--') && !takes.includes(word));
  if (unknown !== undefined) return `error: ${name}: unknown flag ${unknown}${suggestion(unknown, takes)}`;
  const missing = options.find((option) => option.required && !namesOf(option).some((flag) => given.includes(flag)));
  if (missing !== undefined)
    return `error: ${name}: ${namesOf(missing)[0]} is missing; ${name} --help tells what it takes`;
  return `error: ${name}: ${error.message.split('\n')[0].replace(/\.$/, '')}; ${name} --help tells what it takes`;
}
