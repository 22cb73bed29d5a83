import { describedBy, t } from '../../config/codec.js';

/**
 * A codec of an object with named sets of values: the set that the key names fills what is absent, before the codec's own
 * defaults do.
 */
export function withProfiles<A, P extends Readonly<Record<string, object>>>(
  codec: t.Type<A>,
  key: string,
  profiles: P,
): t.Type<A> {
  const type = new t.Type<A>(
    codec.name,
    codec.is,
    (value, context) => {
      if (typeof value !== 'object' || value === null) return codec.validate(value, context);
      const name = (value as Record<string, unknown>)[key];
      const profile = typeof name === 'string' && Object.hasOwn(profiles, name) ? profiles[name] : {};
      return codec.validate({ ...structuredClone(profile), ...value }, context);
    },
    codec.encode,
  );
  return describedBy(type, (of) => of(codec));
}
