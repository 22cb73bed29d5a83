import type * as t from 'io-ts';
import type { Described, JsonSchema } from './codec.js';

/** The codecs of io-ts itself that documents are made of. */
type Plain =
  | t.StringC
  | t.NumberC
  | t.BooleanC
  | t.NullC
  | t.UnknownC
  | t.UnknownRecordC
  | t.ArrayC<t.Mixed>
  | t.DictionaryType<t.Mixed, t.Mixed>
  | t.TupleC<[t.Mixed, ...t.Mixed[]]>
  | t.UnionC<[t.Mixed, t.Mixed]>
  | t.LiteralC<string | number | boolean>;

/**
 * The JSON Schema (draft 2020-12) of a document, from the codec that reads it. Whatever the codec accepts fits the schema; tests that JSON
 * Schema has no words for are left to the codec and told in a `description`.
 *
 * @param title what the document is
 */
export function jsonSchema(codec: t.Mixed, title: string): JsonSchema {
  return { $schema: 'https://json-schema.org/draft/2020-12/schema', title, ...schemaOf(codec) };
}

function schemaOf(codec: t.Mixed): JsonSchema {
  if ('json' in codec) return (codec as t.Mixed & Described).json(schemaOf);
  const plain = codec as Plain;
  switch (plain._tag) {
    case 'StringType':
      return { type: 'string' };
    case 'NumberType':
      return { type: 'number' };
    case 'BooleanType':
      return { type: 'boolean' };
    case 'NullType':
      return { type: 'null' };
    case 'AnyDictionaryType':
      return { type: 'object' };
    case 'DictionaryType':
      return { type: 'object', additionalProperties: schemaOf(plain.codomain) };
    case 'ArrayType':
      return { type: 'array', items: schemaOf(plain.type) };
    case 'TupleType':
      return { type: 'array', prefixItems: plain.types.map(schemaOf), items: false, minItems: plain.types.length };
    case 'UnionType':
      return { anyOf: plain.types.map(schemaOf) };
    case 'LiteralType':
      return { const: plain.value };
    default:
      // The codec is of its own make and says nothing about itself.
      return { description: codec.name };
  }
}
