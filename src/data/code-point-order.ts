/** Orders strings by code point on every platform and in every locale, as the bytes of their UTF-8 form stand. */
export function codePointOrder(a: string, b: string): number {
  if (a === b) return 0;
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
