import type { InputRule } from '../../config/input-rule.js';
import { ConfigError } from '../../errors.js';

/** @throws ConfigError for an input rule with a crop: it would leave a blind frame around every tile */
export function refuseCrop({ crop }: InputRule): void {
  if (crop === undefined) return;
  throw new ConfigError(
    `adaptation.tiling: this model sees only the middle ${crop.width} x ${crop.height} pixels of its input, which would leave a blind frame ` +
      'around every tile; train it without the crop',
  );
}
