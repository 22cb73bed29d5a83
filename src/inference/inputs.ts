import { decodePicture, type RawPicture } from '../data/decode.js';
import type { PictureSource } from '../data/picture.js';
import { openSources } from '../data/sources.js';

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
    if (typeof input === 'string') yield* await openSources(input);
    else if ('decode' in input) yield input;
    else {
      const name = 'colorOrder' in input ? input.name : `picture-${unnamed++}`;
      yield { name, decode: () => decodePicture(input, { name }) };
    }
  }
}

function isSingle(inputs: PictureInputs): inputs is PictureInput {
  return typeof inputs === 'string' || inputs instanceof Uint8Array || 'colorOrder' in inputs || 'decode' in inputs;
}
