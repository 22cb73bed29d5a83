/**
 * The JSON Schemas that the repository carries, made from the codecs that read the documents. `node --import tsx scripts/schemas.ts`
 * writes them; `npm run docs` fails where one is out of date.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { t } from '../src/config/codec.js';
import { jsonSchema } from '../src/config/json-schema.js';
import { WeightsEntry } from '../src/config/weights-manifest.js';

const root = resolve(import.meta.dirname, '..');

const SCHEMAS: readonly { file: string; codec: t.Mixed; title: string }[] = [
  { file: 'weights-manifest/schema.json', codec: WeightsEntry, title: 'imgano: an entry of the weights manifest' },
];

/** One sentence for every schema that differs from its codec. */
export function outdatedSchemas(): string[] {
  return SCHEMAS.filter(({ file, codec, title }) => read(file) !== textOf(codec, title)).map(
    ({ file }) => `${file}: is not what the codec gives; run: node --import tsx scripts/schemas.ts`,
  );
}

function read(file: string): string | null {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    return null;
  }
}

function textOf(codec: t.Mixed, title: string): string {
  return `${JSON.stringify(jsonSchema(codec, title), null, 2)}\n`;
}

if (process.argv[1] === import.meta.filename) {
  for (const { file, codec, title } of SCHEMAS) writeFileSync(join(root, file), textOf(codec, title));
}
