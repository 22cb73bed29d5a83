export type Schema = Readonly<Record<string, unknown>>;

/** As much of JSON Schema 2020-12 as the schemas use, by the words of its specification. */
export function fits(schema: Schema, value: unknown): boolean {
  const is = (keyword: string, test: (argument: never) => boolean): boolean =>
    !(keyword in schema) || test(schema[keyword] as never);
  const number = (test: (n: number) => boolean) => typeof value !== 'number' || test(value);
  const text = (test: (s: string) => boolean) => typeof value !== 'string' || test(value);
  const list = Array.isArray(value) ? (value as unknown[]) : null;
  const object = typeof value === 'object' && value !== null && list === null ? (value as Schema) : null;
  const properties = (schema.properties ?? {}) as Record<string, Schema>;
  return (
    is('type', (type: string) => typeMatches(type, value)) &&
    is('const', (wanted: unknown) => value === wanted) &&
    is('enum', (values: readonly unknown[]) => values.includes(value)) &&
    is('minimum', (n: number) => number((v) => v >= n)) &&
    is('maximum', (n: number) => number((v) => v <= n)) &&
    is('exclusiveMinimum', (n: number) => number((v) => v > n)) &&
    is('exclusiveMaximum', (n: number) => number((v) => v < n)) &&
    is('minLength', (n: number) => text((v) => v.length >= n)) &&
    is('pattern', (source: string) => text((v) => new RegExp(source, 'u').test(v))) &&
    is('minItems', (n: number) => list === null || list.length >= n) &&
    is('maxItems', (n: number) => list === null || list.length <= n) &&
    is(
      'items',
      (items: Schema | boolean) =>
        list === null || items === false || list.every((item) => fits(items as Schema, item)),
    ) &&
    is('anyOf', (all: readonly Schema[]) => all.some((one) => fits(one, value))) &&
    is('oneOf', (all: readonly Schema[]) => all.filter((one) => fits(one, value)).length === 1) &&
    is('required', (keys: readonly string[]) => object === null || keys.every((key) => key in object)) &&
    is('prefixItems', (items: readonly Schema[]) => list === null || list.every((v, i) => fits(items[i] ?? {}, v))) &&
    is(
      'additionalProperties',
      (more: Schema | boolean) =>
        object === null ||
        Object.entries(object).every(([key, v]) => key in properties || (more !== false && fits(more as Schema, v))),
    ) &&
    (object === null || Object.entries(object).every(([key, v]) => !(key in properties) || fits(properties[key], v)))
  );
}

function typeMatches(type: string, value: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'null') return value === null;
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  return typeof value === type;
}
