import { decode, type t } from '../config/codec.js';
import { parseNumber } from './parse.js';

/** The number of a flag that was given goes through the codec of its key, which then speaks of the flag. @throws ConfigError */
export function numberOfFlag(flag: string, codec: t.Mixed, text: string | undefined): unknown {
  const value = parseNumber(flag, text);
  return value === undefined ? undefined : decode(codec, value, flag);
}

/** The same for a word. @throws ConfigError */
export function wordOfFlag(flag: string, codec: t.Mixed, text: string | undefined): unknown {
  return text === undefined ? undefined : decode(codec, text, flag);
}
