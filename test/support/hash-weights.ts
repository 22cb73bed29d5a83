/** A tensor whose values follow from its name alone: `rule` is a formula in u (0..1) or s (-1..1). */
export interface HashedTensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly rule: string;
}

/**
 * The values of a tensor of the golden networks: element i of tensor `name` is the murmur3 finaliser of
 * `fnv1a(name) + (i + 1) * 0x9e3779b9`, and u is that over 2^32.
 */
export function hashedValues({ name, shape, rule }: HashedTensor): Float32Array {
  const { scale, offset } = parse(rule);
  const seed = fnv1a(name);
  const values = new Float32Array(shape.reduce((a, b) => a * b, 1));
  let state = seed;
  for (let i = 0; i < values.length; i++) {
    state = (state + 0x9e3779b9) | 0;
    let h = state;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    const u = ((h ^ (h >>> 16)) >>> 0) / 2 ** 32;
    values[i] = offset + scale * u;
  }
  return values;
}

/** The rule as `offset + scale * u`, with `s = 2 u - 1`. */
function parse(rule: string): { scale: number; offset: number } {
  const [, constant, factor, root, variable] =
    /^(?:([\d.]+)(?:\+|$))?(?:([\d.]+)\*|sqrt\(([\d./]+)\)\*)?([us])?$/.exec(rule) ?? fail(rule);
  const offset = Number(constant ?? 0);
  if (variable === undefined) return { scale: 0, offset };
  const [numerator, denominator = '1'] = (root ?? '').split('/');
  const scale = root === undefined ? Number(factor ?? 1) : Math.sqrt(Number(numerator) / Number(denominator));
  return variable === 'u' ? { scale, offset } : { scale: 2 * scale, offset: offset - scale };
}

function fail(rule: string): never {
  throw new Error(`the rule "${rule}" is not understood`);
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of Buffer.from(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash;
}
