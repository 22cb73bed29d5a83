import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import {
  FiniteNumber,
  nullable,
  oneOf,
  optional,
  PositiveInteger,
  refine,
  strict,
  t,
  tagged,
  Unit,
  withDefault,
} from '../../src/config/codec.js';
import { jsonSchema } from '../../src/config/json-schema.js';
import { WeightsEntry } from '../../src/config/weights-manifest.js';
import { fits } from '../support/fits-schema.js';

const accepts = (codec: t.Mixed, value: unknown) => codec.decode(value)._tag === 'Right';

describe('JSON Schema', () => {
  const Toy = strict('Toy', {
    kind: tagged('Kind', 'name', {
      a: strict('A', { name: oneOf(['a']), size: PositiveInteger }),
      b: strict('B', { name: oneOf(['b']), share: withDefault(Unit, 0.5) }),
    }),
    list: refine('list of 1 or more', t.array(nullable(FiniteNumber)), (a) => a.length > 0, { minItems: 1 }),
    note: optional(t.string),
    flag: withDefault(t.boolean, true),
  });

  it('has the words of the codec', () => {
    expect(jsonSchema(Toy, 'a toy')).to.deep.equal({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      title: 'a toy',
      type: 'object',
      additionalProperties: false,
      required: ['kind', 'list'],
      properties: {
        kind: {
          oneOf: [
            {
              type: 'object',
              additionalProperties: false,
              required: ['name', 'size'],
              properties: {
                name: { const: 'a' },
                size: { type: 'integer', minimum: 1, description: 'whole number of 1 or more' },
              },
            },
            {
              type: 'object',
              additionalProperties: false,
              required: ['name'],
              properties: {
                name: { const: 'b' },
                share: { type: 'number', minimum: 0, maximum: 1, default: 0.5, description: 'number from 0 to 1' },
              },
            },
          ],
        },
        list: {
          type: 'array',
          items: { anyOf: [{ type: 'number', description: 'finite number' }, { type: 'null' }] },
          minItems: 1,
          description: 'list of 1 or more',
        },
        note: { type: 'string' },
        flag: { type: 'boolean', default: true },
      },
    });
  });

  it('agrees with the codec about what is right and what is wrong', () => {
    const good = { kind: { name: 'b' }, list: [1, null] };
    const schema = jsonSchema(Toy, 'a toy');
    for (const [value, right] of [
      [good, true],
      [{ ...good, note: 'x', flag: false }, true],
      [{ ...good, kind: { name: 'a', size: 2 } }, true],
      [{ ...good, kind: { name: 'a' } }, false],
      [{ ...good, kind: { name: 'b', size: 2 } }, false],
      [{ ...good, kind: { name: 'c' } }, false],
      [{ ...good, list: [] }, false],
      [{ ...good, list: ['x'] }, false],
      [{ ...good, other: 1 }, false],
      [{ list: [1] }, false],
      [[], false],
    ] as const) {
      expect(accepts(Toy, value), JSON.stringify(value)).to.equal(right);
      expect(fits(schema, value), JSON.stringify(value)).to.equal(right);
    }
  });

  describe('of an entry of the weights manifest', () => {
    const folder = resolve(import.meta.dirname, '../../weights-manifest');
    const read = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Record<string, unknown>;
    const schema = read('schema.json');
    const names = readdirSync(folder).filter((name) => name !== 'schema.json');

    it('is what the codec gives', () => {
      expect(schema).to.deep.equal(jsonSchema(WeightsEntry, schema.title as string));
    });

    it('fits every entry', () => {
      expect(names.length).to.be.greaterThan(40);
      for (const name of names) expect(fits(schema, read(name)), name).to.equal(true);
    });

    it('refuses what the codec refuses', () => {
      const good = read(names[0]);
      const file = (path: string) => ({ ...good, files: [{ path, sha256: null, bytes: null }] });
      const sizes = { size: { height: 8, width: 8 }, crop_pct: 1, interpolation: 'bilinear', antialias: true };
      for (const [value, right] of [
        ...Object.keys(good).map((key) => [
          Object.fromEntries(Object.entries(good).filter(([other]) => other !== key)),
          ['naming', 'folder', 'taps', 'notes'].includes(key),
        ]),
        ...['../x', '/x', 'a/../b', 'C:\\x', '..', ''].map((path) => [file(path), false]),
        ...['a/b.bin', '..x/y', 'x..', 'a.b/...c'].map((path) => [file(path), true]),
        [{ ...good, files: [] }, false],
        [{ ...good, id: 'a b' }, false],
        [{ ...good, mean: [1, 2] }, false],
        [{ ...good, std: [1, 1, 0] }, false],
        [{ ...good, schema_version: 2 }, false],
        [{ ...good, format: 'pickle' }, false],
        [{ ...good, input: { ...sizes, crop_pct: 1.1 } }, false],
        [{ ...good, input: sizes }, true],
        [{ ...good, licence: 'x' }, false],
      ] as [object, boolean][]) {
        expect(accepts(WeightsEntry, value), JSON.stringify(value)).to.equal(right);
        expect(fits(schema, value), JSON.stringify(value)).to.equal(right);
      }
    });
  });
});
