/** `npm run bench [NAME ...]`: runs the benchmarks of this folder, each of which prints ratios against a named rival. */
import { globSync } from 'tinyglobby';

const names = globSync('*.ts', { cwd: import.meta.dirname })
  .map((file) => file.replace(/\.ts$/, ''))
  .filter((name) => !['main', 'harness'].includes(name))
  .sort();
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`no such benchmark: ${unknown.join(', ')}; there are ${names.join(', ')}`);
  process.exit(2);
}
for (const name of wanted.length > 0 ? wanted : names) {
  console.log(`\n== ${name}`);
  const { default: run } = (await import(`./${name}.ts`)) as { default: () => Promise<void> };
  await run();
}
