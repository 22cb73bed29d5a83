/**
 * The JSON Schemas that the repository carries, made from the codecs that read the documents. `node --import tsx scripts/schemas.ts`
 * writes them; `npm run docs` fails where one is out of date.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { t } from '../src/config/codec.js';
import { InferConfig } from '../src/config/infer-config.js';
import { jsonSchema } from '../src/config/json-schema.js';
import { LegacyInferConfig } from '../src/config/legacy-infer-config.js';
import { RecordLine } from '../src/config/record.js';
import { RunConfig } from '../src/config/run-config.js';
import { RunHeader } from '../src/config/run-header.js';
import { WeightsEntry } from '../src/config/weights-manifest.js';

const root = resolve(import.meta.dirname, '..');

const SCHEMAS: readonly { file: string; codec: t.Mixed; title: string }[] = [
  { file: 'weights-manifest/schema.json', codec: WeightsEntry, title: 'imgano: an entry of the weights manifest' },
  {
    file: 'docs/schema/infer-config.json',
    codec: InferConfig,
    title: 'imgano: infer_config.json of schema_version 2',
  },
  {
    file: 'docs/schema/infer-config-1.json',
    codec: LegacyInferConfig,
    title: 'imgano: infer_config.json of schema_version 1, as far as it is read',
  },
  { file: 'docs/schema/run-config.json', codec: RunConfig, title: 'imgano: what imgano train --config reads' },
  { file: 'docs/schema/run-header.json', codec: RunHeader, title: 'imgano: OUT.jsonl.run.json' },
  { file: 'docs/schema/record.json', codec: RecordLine, title: 'imgano: a line of OUT.jsonl' },
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
  for (const { file, codec, title } of SCHEMAS) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), textOf(codec, title));
  }
}
