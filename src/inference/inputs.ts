import { decodePicture, type RawPicture } from '../data/decode.js';
import type { PictureSource } from '../data/picture.js';
import { openSources } from '../data/sources.js';
import { DataError } from '../errors.js';

/** A path (a file, a folder or a glob), the bytes of a picture file, or raw pixels with an explicit colour order. */
export type PictureInput = string | Uint8Array | RawPicture | PictureSource;
export type PictureInputs = PictureInput | Iterable<PictureInput> | AsyncIterable<PictureInput>;

/** The inputs one by one, whether one was given or many. */
export async function* eachInput(inputs: PictureInputs): AsyncGenerator<PictureInput> {
  if (isSingle(inputs)) yield inputs;
  else yield* inputs;
}

/** Every picture of the inputs, in order; folders and globs are walked when their turn comes. */
export async function* sourcesOf(inputs: PictureInputs): AsyncGenerator<PictureSource> {
  let unnamed = 0;
  for await (const input of eachInput(inputs)) {
    if (typeof input === 'string') yield* await openSources(input).catch((error: Error) => [unreadable(input, error)]);
    else if (typeof input !== 'object' || input === null) yield unreadable(String(input), notAPicture(String(input)));
    else if ('decode' in input) yield input;
    else {
      const name = ('name' in input ? (input.name as string) : undefined) ?? `picture-${unnamed++}`;
      const given = input instanceof Uint8Array ? input : { ...input, name };
      yield { name, decode: () => decodePicture(given, { name }) };
    }
  }
}

/** A source that fails in its turn, so that what came before it is inspected first. */
function unreadable(name: string, error: Error): PictureSource {
  return { name, decode: () => Promise.reject(error) };
}

function notAPicture(what: string): DataError {
  return new DataError(`${what}: expected a path, the bytes of a picture file, or raw pixels with a colorOrder`);
}

function isSingle(inputs: PictureInputs): inputs is PictureInput {
  if (typeof inputs === 'string' || inputs instanceof Uint8Array) return true;
  if (typeof inputs !== 'object' || inputs === null || ArrayBuffer.isView(inputs)) throw notAPicture(typeof inputs);
  return !(Symbol.iterator in inputs || Symbol.asyncIterator in inputs);
}
