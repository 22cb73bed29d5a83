import { expect } from 'chai';
import fc from 'fast-check';
import { examine, type t } from '../../src/config/codec.js';
import { InferConfig } from '../../src/config/infer-config.js';
import { jsonSchema } from '../../src/config/json-schema.js';
import { LegacyInferConfig } from '../../src/config/legacy-infer-config.js';
import { readInferConfig } from '../../src/config/read-infer-config.js';
import { RunConfig } from '../../src/config/run-config.js';
import { RunHeader } from '../../src/config/run-header.js';
import { documentFindings } from '../../src/inference/checks/document-findings.js';
import { canonicalJson } from '../../src/inference/records/canonical-json.js';
import { fits } from '../support/fits-schema.js';
import { fuzzRuns } from '../support/fuzz-runs.js';
import { wholeInferConfig } from '../support/infer-config.js';
import { ofSchema } from '../support/of-schema.js';
import { propertyRuns } from '../property/runs.js';

const CODECS: Record<string, t.Mixed> = { InferConfig, LegacyInferConfig, RunConfig, RunHeader };

describe('documents', () => {
  for (const [name, codec] of Object.entries(CODECS)) {
    it(`${name}: encode(decode(x)) = x, and what the codec takes fits its JSON Schema`, () => {
      const schema = jsonSchema(codec, name);
      let taken = 0;
      fc.assert(
        fc.property(ofSchema(schema), (document) => {
          const { value, problems } = examine(codec, document);
          if (value === undefined) {
            // The words of JSON Schema are weaker than the codec, but a refusal says where and what.
            expect(problems.every(({ path, message }) => path !== '' && message !== '')).to.equal(true);
            return;
          }
          taken += 1;
          expect(fits(schema, document)).to.equal(true);
          const whole = JSON.parse(JSON.stringify(codec.encode(value)));
          expect(fits(schema, whole)).to.equal(true);
          expect(codec.encode(examine(codec, whole).value)).to.deep.equal(whole);
        }),
        { numRuns: Math.min(propertyRuns, 500), seed: 1 },
      );
      expect(taken).to.be.greaterThan(3);
    });
  }
});

describe('changes of a valid infer_config', () => {
  const whole = wholeInferConfig();
  const nonsense = fc.oneof(
    fc.constantFrom(null, NaN, Infinity, -1, 0, 0.5, 1e308, '', 'x', '../..', true, [], {}, [null], { a: 1 }, 2 ** 53),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const change = fc.record({
    depth: fc.integer({ min: 1, max: 4 }),
    picks: fc.array(fc.nat(), { minLength: 4, maxLength: 4 }),
    kind: fc.constantFrom('replace', 'remove', 'add', 'rename'),
    value: nonsense,
  });

  for (const version of [2, 1]) {
    it(`of schema_version ${version}: never a crash, never a nonsense that is taken`, () => {
      const schema = jsonSchema(InferConfig, '');
      fc.assert(
        fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
          const document = { ...structuredClone(whole), schema_version: version };
          for (const one of changes) apply(document, one);
          const { config, findings } = readInferConfig(document);
          if (config === undefined) {
            expect(findings.some(({ severity }) => severity === 'error')).to.equal(true);
            return;
          }
          const all = [...findings, ...documentFindings(config)];
          for (const { code, message, fix } of all)
            expect(code !== undefined && message !== '' && fix !== '').to.equal(true);
          // What is taken can be written again, fits the schema, and is read as the same.
          // An old document may name its model anywhere.
          const checkpoint = version === 1 ? null : config.checkpoint;
          const text = canonicalJson(InferConfig.encode({ ...config, checkpoint, schema_version: 2 }));
          expect(fits(schema, JSON.parse(text))).to.equal(true);
          expect(
            canonicalJson(InferConfig.encode(examine(InferConfig, JSON.parse(text)).value as InferConfig)),
          ).to.equal(text);
        }),
        { numRuns: fuzzRuns / 2, seed: version },
      );
    });
  }
});

interface Change {
  readonly depth: number;
  readonly picks: readonly number[];
  readonly kind: string;
  readonly value: unknown;
}

function apply(document: Record<string, unknown>, { depth, picks, kind, value }: Change): void {
  let holder = document;
  let key = '';
  for (let i = 0; i < depth; i++) {
    const keys = Object.keys(holder).filter((name) => name !== 'schema_version');
    if (keys.length === 0) break;
    key = keys[picks[i] % keys.length];
    const inner = holder[key];
    if (i + 1 === depth || typeof inner !== 'object' || inner === null || Object.keys(inner).length === 0) break;
    holder = inner as Record<string, unknown>;
  }
  if (key === '') return;
  if (kind === 'replace') holder[key] = value;
  if (kind === 'remove') delete holder[key];
  if (kind === 'add') holder[`${key}_x`] = value;
  if (kind === 'rename') {
    holder[`${key}s`] = holder[key];
    delete holder[key];
  }
}
