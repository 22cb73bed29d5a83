import { isLeft } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { ConfigError } from '../errors.js';
import { expected, suggestion } from './messages.js';

export { suggestion, t };

const UNKNOWN = 'unknown key';
const MISSING = 'but the key is missing';

/** A JSON Schema, or a part of one. */
export type JsonSchema = Readonly<Record<string, unknown>>;
/** A codec that knows its own JSON Schema (`src/config/json-schema.ts`); `of` gives that of the codecs it is made of. */
export interface Described {
  readonly json: (of: (codec: t.Mixed) => JsonSchema) => JsonSchema;
}

/** Gives a codec of its own make a JSON Schema. */
export function describedBy<C extends t.Mixed>(codec: C, json: Described['json']): C & Described {
  return Object.assign(codec, { json });
}

/** A number that JSON can carry: NaN and the infinities are rejected. */
export const FiniteNumber = refine('finite number', t.number, Number.isFinite);
export const Integer = refine('whole number', t.number, Number.isSafeInteger, { type: 'integer' });
export const NonNegativeInteger = refine(
  'whole number of 0 or more',
  t.number,
  (n) => Number.isSafeInteger(n) && n >= 0,
  { type: 'integer', minimum: 0 },
);
export const PositiveInteger = refine('whole number of 1 or more', t.number, (n) => Number.isSafeInteger(n) && n >= 1, {
  type: 'integer',
  minimum: 1,
});
/** The side of a window that has a middle. */
export const OddInteger = refine(
  'odd whole number of 1 or more',
  t.number,
  (n) => Number.isSafeInteger(n) && n >= 1 && n % 2 === 1,
  { type: 'integer', minimum: 1 },
);
export const NonNegativeNumber = refine('number of 0 or more', t.number, (n) => Number.isFinite(n) && n >= 0, {
  minimum: 0,
});
export const PositiveNumber = refine('number above 0', t.number, (n) => Number.isFinite(n) && n > 0, {
  exclusiveMinimum: 0,
});
/** A share: 0 to 1, both ends allowed. */
export const Unit = refine('number from 0 to 1', t.number, (n) => n >= 0 && n <= 1, { minimum: 0, maximum: 1 });
/** A share of something of which at least a part is kept: above 0, up to all of it. */
export const Share = refine('number above 0 and at most 1', t.number, (n) => n > 0 && n <= 1, {
  exclusiveMinimum: 0,
  maximum: 1,
});
/** A quantile or a probability strictly between 0 and 1. */
export const OpenUnit = refine('number between 0 and 1 (both excluded)', t.number, (n) => n > 0 && n < 1, {
  exclusiveMinimum: 0,
  exclusiveMaximum: 1,
});
export const NonEmptyString = refine('non-empty string', t.string, (s) => s.length > 0, { minLength: 1 });
export const Sha256 = refine('sha256 (64 lower-case hex digits)', t.string, (s) => /^[0-9a-f]{64}$/.test(s), {
  pattern: '^[0-9a-f]{64}$',
});

/**
 * Narrows a codec by a test; the name is what the error message says was expected.
 *
 * @param keywords the test in the words of JSON Schema, as far as they can say it
 */
export function refine<A>(
  name: string,
  base: t.Type<A>,
  test: (value: A) => boolean,
  keywords: JsonSchema = {},
): t.Type<A> {
  const type = new t.Type<A>(
    name,
    (u): u is A => base.is(u) && test(u),
    (u, context) => {
      if (base instanceof t.ArrayType && Array.isArray(u)) {
        // A list says which of its elements is wrong, and gives them their defaults.
        const decoded = base.validate(u, context) as t.Validation<A>;
        return isLeft(decoded) || test(decoded.right) ? decoded : t.failure(u, context, expected(name, u));
      }
      if (!base.is(u) || !test(u)) return t.failure(u, context, expected(name, u));
      return t.success(u);
    },
    (a) => a,
  );
  return describedBy(type, (of) => ({ ...of(base), description: name, ...keywords }));
}

/** One of a fixed list of strings. */
export function oneOf<const V extends readonly string[]>(values: V): t.Type<V[number]> {
  const is = (u: unknown): u is V[number] => typeof u === 'string' && (values as readonly string[]).includes(u);
  const name = `one of ${values.join(', ')}`;
  const type = new t.Type<V[number]>(
    name,
    is,
    (u, context) => {
      if (is(u)) return t.success(u);
      const hint = typeof u === 'string' ? suggestion(u, values) : '';
      return t.failure(u, context, `${expected(name, u)}${hint}`);
    },
    (a) => a,
  );
  return describedBy(type, () => (values.length === 1 ? { const: values[0] } : { enum: values }));
}

/** `null` or the codec's value. */
export function nullable<C extends t.Mixed>(codec: C): t.Type<t.TypeOf<C> | null> {
  const type = new t.Type<t.TypeOf<C> | null>(
    `${codec.name} or null`,
    (u): u is t.TypeOf<C> | null => u === null || codec.is(u),
    (u, context) => (u === null ? t.success(null) : codec.validate(u, context)),
    (a) => (a === null ? null : codec.encode(a)),
  );
  return describedBy(type, (of) => ({ anyOf: [of(codec), { type: 'null' }] }));
}

/** A codec that takes a default when the key is absent. A present `null` is not an absent key. */
export interface Defaulted<A> extends t.Type<A> {
  readonly defaultValue: () => A;
}

export function withDefault<C extends t.Mixed>(
  codec: C,
  value: t.TypeOf<C> | (() => t.TypeOf<C>),
): Defaulted<t.TypeOf<C>> {
  const make = typeof value === 'function' ? (value as () => t.TypeOf<C>) : () => structuredClone(value);
  const type = new t.Type<t.TypeOf<C>>(
    codec.name,
    codec.is,
    (u, context) => (u === undefined ? t.success(make()) : codec.validate(u, context)),
    codec.encode,
  );
  return Object.assign(
    describedBy(type, (of) => ({ ...of(codec), default: codec.encode(make()) })),
    { defaultValue: make },
  );
}

/** A key that may be absent and then stays absent. */
export interface Optional<A> extends t.Type<A | undefined> {
  readonly optionalKey: true;
}

export function optional<C extends t.Mixed>(codec: C): Optional<t.TypeOf<C>> {
  const type = new t.Type<t.TypeOf<C> | undefined>(
    codec.name,
    (u): u is t.TypeOf<C> | undefined => u === undefined || codec.is(u),
    (u, context) => (u === undefined ? t.success(undefined) : codec.validate(u, context)),
    (a) => (a === undefined ? undefined : codec.encode(a)),
  );
  return Object.assign(
    describedBy(type, (of) => of(codec)),
    { optionalKey: true as const },
  );
}

type OptionalKeys<P extends t.Props> = {
  [K in keyof P]: P[K] extends { optionalKey: true } ? K : never;
}[keyof P];
export type StrictType<P extends t.Props> = {
  [K in Exclude<keyof P, OptionalKeys<P>>]: t.TypeOf<P[K]>;
} & { [K in OptionalKeys<P>]?: t.TypeOf<P[K]> };

export interface Strict<P extends t.Props> extends t.Type<StrictType<P>>, Described {
  readonly props: P;
}

/**
 * An object codec that rejects unknown keys, with a suggestion when one is close to a known key.
 * All problems of all keys are collected, not only the first.
 */
export function strict<P extends t.Props>(name: string, props: P): Strict<P> {
  const keys = Object.keys(props);
  const isObject = (u: unknown): u is Record<string, unknown> =>
    typeof u === 'object' && u !== null && !Array.isArray(u);
  const type = new t.Type<StrictType<P>>(
    name,
    (u): u is StrictType<P> => isObject(u) && keys.every((k) => props[k].is(u[k])),
    (u, context) => {
      if (!isObject(u)) return t.failure(u, context, expected('object', u));
      const errors: t.ValidationError[] = [];
      const result: Record<string, unknown> = {};
      for (const key of Object.keys(u)) {
        if (keys.includes(key)) continue;
        const at = t.appendContext(context, key, t.unknown, u[key]);
        errors.push({ value: u[key], context: at, message: `${UNKNOWN}${suggestion(key, keys)}` });
      }
      for (const key of keys) {
        const at = t.appendContext(context, key, props[key], u[key]);
        const missing = u[key] === undefined && !mayBeAbsent(props[key]);
        if (missing) {
          errors.push({
            value: undefined,
            context: at,
            message: `expected ${props[key].name}, ${MISSING}`,
          });
          continue;
        }
        const decoded = props[key].validate(u[key], at);
        if (isLeft(decoded)) errors.push(...decoded.left);
        else if (decoded.right !== undefined) result[key] = decoded.right;
      }
      return errors.length > 0 ? t.failures(errors) : t.success(result as StrictType<P>);
    },
    (value) => {
      const out: Record<string, unknown> = {};
      const source = value as Record<string, unknown>;
      for (const key of keys) if (source[key] !== undefined) out[key] = props[key].encode(source[key]);
      return out as StrictType<P>;
    },
  );
  return Object.assign(
    describedBy(type, (of) => ({
      type: 'object',
      additionalProperties: false,
      required: keys.filter((key) => !mayBeAbsent(props[key])),
      properties: Object.fromEntries(keys.map((key) => [key, of(props[key])])),
    })),
    { props },
  );
}

/** The document of which every key is absent. */
export function defaultsOf<P extends t.Props>(codec: Strict<P>): StrictType<P> {
  const decoded = codec.decode({});
  if (isLeft(decoded)) throw new Error(`${codec.name} has a key without a default`);
  return decoded.right;
}

function mayBeAbsent(codec: t.Mixed): boolean {
  return 'defaultValue' in codec || 'optionalKey' in codec;
}

/**
 * A union told apart by the value of one key: the error speaks of the branch that was meant, not of every branch.
 */
export function tagged<K extends string, M extends Record<string, t.Mixed>>(
  name: string,
  key: K,
  branches: M,
): t.Type<t.TypeOf<M[keyof M]>> {
  const tag = oneOf(Object.keys(branches));
  const branchOf = (u: unknown) => branches[(u as Record<string, string>)[key]];
  const type = new t.Type<t.TypeOf<M[keyof M]>>(
    name,
    (u): u is t.TypeOf<M[keyof M]> => Object.values(branches).some((branch) => branch.is(u)),
    (u, context) => {
      if (typeof u !== 'object' || u === null) return t.failure(u, context, expected('object', u));
      const value = (u as Record<string, unknown>)[key];
      const decoded = tag.validate(value, t.appendContext(context, key, tag, value));
      return isLeft(decoded) ? decoded : branchOf(u).validate(u, context);
    },
    (a) => branchOf(a).encode(a),
  );
  return describedBy(type, (of) => ({ oneOf: Object.values(branches).map(of) }));
}

/** One thing that is wrong with a document. */
export interface Problem {
  /** `defects.hysteresis.lo`, `checkpoint.files[0].path`; empty for the document itself. */
  readonly path: string;
  /** The same as keys, to find the place again. */
  readonly keys: readonly string[];
  readonly kind: 'unknown_key' | 'missing_key' | 'invalid_value';
  readonly message: string;
}

/** Decodes a document and gives every problem as data; nothing is thrown. */
export function examine<A>(codec: t.Type<A>, value: unknown): { readonly value?: A; readonly problems: Problem[] } {
  const decoded = codec.decode(value);
  if (!isLeft(decoded)) return { value: decoded.right, problems: [] };
  const problems = decoded.left.map((error) => {
    const keys = error.context.slice(1).map((entry) => entry.key);
    const last = error.context[error.context.length - 1];
    const message =
      error.message ?? expected(last.type.name === t.UnknownRecord.name ? 'object' : last.type.name, error.value);
    return { path: pathOf(keys), keys, kind: kindOf(message), message };
  });
  return { problems };
}

/** Keys as a person writes them: `a.b[0].c`. */
function pathOf(keys: readonly string[]): string {
  return keys
    .map((key) => (/^\d+$/.test(key) ? `[${key}]` : `.${key}`))
    .join('')
    .replace(/^\./, '');
}

function kindOf(message: string): Problem['kind'] {
  if (message.startsWith(UNKNOWN)) return 'unknown_key';
  return message.endsWith(MISSING) ? 'missing_key' : 'invalid_value';
}

/**
 * Decodes a document or throws one `ConfigError` that lists every problem with its path.
 *
 * @param where what the user calls the document, for example its file name
 */
export function decode<A>(codec: t.Type<A>, value: unknown, where: string): A {
  const decoded = codec.decode(value);
  if (!isLeft(decoded)) return decoded.right;
  const problems = examine(codec, value).problems.map(
    ({ path, message }) => `${where}: ${path === '' ? '' : `${path}: `}${message}`,
  );
  throw new ConfigError(problems.join('\n'), problems);
}
