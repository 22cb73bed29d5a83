/**
 * `npm run bench [-- NAME ...]`: runs the benchmarks of this folder. What follows a name and is none itself is told to that benchmark.
 */
import { globSync } from 'tinyglobby';

const names = globSync('*.ts', { cwd: import.meta.dirname })
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => !['main', 'harness'].includes(name))
  .sort();
const wanted: { name: string; words: string[] }[] = [];
for (const word of process.argv.slice(2)) {
  if (names.includes(word)) wanted.push({ name: word, words: [] });
  else if (wanted.length > 0) wanted[wanted.length - 1].words.push(word);
  else {
    console.error(`no such benchmark: ${word}; there are ${names.join(', ')}`);
    process.exit(2);
  }
}
for (const { name, words } of wanted.length > 0 ? wanted : names.map((one) => ({ name: one, words: [] }))) {
  console.log(`\n== ${name}`);
  const { default: run } = (await import(`./${name}.ts`)) as { default: (words: string[]) => Promise<void> };
  await run(words);
}
