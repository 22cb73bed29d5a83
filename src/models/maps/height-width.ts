import { t } from '../../config/codec.js';
import { SizeCodec, type Size } from '../../config/size.js';

/** A size as `{height, width}`; `[height, width]`, as Python configs write it, is read too. */
export const HeightWidth: t.Type<Size, Size> = new t.Type<Size, Size>(
  'size {height, width}',
  SizeCodec.is,
  (u, context) => {
    const isPair = Array.isArray(u) && u.length === 2;
    return SizeCodec.validate(isPair ? { height: u[0] as unknown, width: u[1] as unknown } : u, context);
  },
  SizeCodec.encode,
);
