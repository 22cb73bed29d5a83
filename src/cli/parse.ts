import { ConfigError } from '../errors.js';

/** @throws ConfigError when the flag was given and is not a finite number */
export function parseNumber(flag: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new ConfigError(`${flag}: expected a number, got "${text}"`);
  return value;
}

/** @throws ConfigError when the flag was given and is not a JSON object */
export function parseJsonObject(flag: string, text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Falls through to the one message: what came is shown there.
  }
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw new ConfigError(`${flag}: expected a JSON object such as {"k": 1}, got ${text}`);
}
