import { isLeft } from 'fp-ts/lib/Either.js';
import { describedBy, t } from '../../config/codec.js';

/** What says how large a bank is. */
export interface BankSize {
  readonly bank_size: number | null;
  readonly coreset_ratio: number | null;
  readonly max_bank: number | null;
}

/**
 * A codec in which `bank_size` takes the place of `coreset_ratio` and `max_bank`: these become null where they are not given, and what
 * is given beside it must not contradict it.
 */
export function withBankSize<A extends BankSize>(codec: t.Type<A>): t.Type<A> {
  const type = new t.Type<A>(
    codec.name,
    codec.is,
    (value, context) => {
      const given = (typeof value === 'object' ? value : null) as Partial<Record<keyof BankSize, unknown>> | null;
      const absolute = (given?.bank_size ?? null) !== null;
      const decoded = codec.validate(
        absolute ? { ...given, coreset_ratio: given?.coreset_ratio ?? null, max_bank: given?.max_bank ?? null } : value,
        context,
      );
      if (isLeft(decoded)) return decoded;
      const wrong = contradiction(decoded.right);
      if (wrong === null) return decoded;
      const at = t.appendContext(context, wrong.key, codec, decoded.right[wrong.key]);
      return t.failure(decoded.right[wrong.key], at, wrong.message);
    },
    codec.encode,
  );
  return describedBy(type, (of) => of(codec));
}

function contradiction({ bank_size: size, coreset_ratio: ratio, max_bank: most }: BankSize) {
  if (size === null) {
    const message = 'expected a share above 0 and at most 1 where no bank_size is given, got null';
    return ratio === null ? { key: 'coreset_ratio' as const, message } : null;
  }
  if (ratio !== null) {
    const message = `both ${ratio} and bank_size ${size} say how many rows the bank has; give one of them`;
    return { key: 'coreset_ratio' as const, message };
  }
  if (most === null || size <= most) return null;
  return { key: 'bank_size' as const, message: `${size} rows are more than max_bank ${most} allows; give one of them` };
}
