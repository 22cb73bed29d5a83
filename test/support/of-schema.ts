import fc from 'fast-check';
import type { Schema } from './fits-schema.js';

const HEX = fc.stringMatching(/^[0-9a-f]{64}$/);
const PATHS = fc.constantFrom('a', 'model/x.bin', 'ä b/ü', '..x/y', 'a.b');

/** Documents that a JSON Schema describes; those that its words are too weak for are for the codec to sort out. */
export function ofSchema(schema: Schema): fc.Arbitrary<unknown> {
  const {
    type,
    minimum = -1e6,
    maximum = 1e6,
    exclusiveMinimum,
    exclusiveMaximum,
  } = schema as Record<string, number> & Schema;
  if ('const' in schema) return fc.constant(schema.const);
  if ('enum' in schema) return fc.constantFrom(...(schema.enum as unknown[]));
  if ('examples' in schema) return fc.constantFrom(...(schema.examples as unknown[]));
  const branches = (schema.anyOf ?? schema.oneOf) as Schema[] | undefined;
  if (branches !== undefined) return fc.oneof(...branches.map(ofSchema));
  switch (type as unknown as string) {
    case 'string':
      if (typeof schema.pattern === 'string') return schema.pattern.includes('a-f') ? HEX : PATHS;
      return fc.string({ minLength: (schema.minLength as number) ?? 0, maxLength: 12 });
    case 'integer':
      return fc.integer({ min: Math.max(minimum, -1000), max: Math.min(maximum, 1000) });
    case 'number':
      return fc.double({
        min: exclusiveMinimum ?? minimum,
        max: exclusiveMaximum ?? maximum,
        minExcluded: exclusiveMinimum !== undefined,
        maxExcluded: exclusiveMaximum !== undefined,
        noNaN: true,
      });
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'array':
      return fc.array(ofSchema((schema.items as Schema) ?? {}), {
        minLength: (schema.minItems as number) ?? 0,
        maxLength: (schema.maxItems as number) ?? 3,
      });
    case 'object':
      return ofObject(schema);
    default:
      return fc.jsonValue({ maxDepth: 1 });
  }
}

function ofObject(schema: Schema): fc.Arbitrary<unknown> {
  const properties = Object.entries((schema.properties ?? {}) as Record<string, Schema>);
  if (properties.length === 0) {
    const more = schema.additionalProperties;
    const values = typeof more === 'object' ? ofSchema(more as Schema) : fc.jsonValue({ maxDepth: 1 });
    return fc.dictionary(fc.constantFrom('a', 'b', 'c'), values, { maxKeys: 2 });
  }
  const model = Object.fromEntries(properties.map(([key, value]) => [key, ofSchema(value)]));
  return fc.record(model, { requiredKeys: (schema.required ?? []) as string[] });
}
