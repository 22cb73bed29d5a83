import { parentPort, type MessagePort, type Transferable } from 'node:worker_threads';
import { Rpc } from '../../runtime/rpc.js';
import { decodePicture } from '../decode.js';
import type { DecodeOptions } from '../decode-options.js';
import type { Picture } from '../picture.js';

// The other end of `DecodePool`: reads and decodes files; loads neither tfjs nor a model.

export interface TimedPicture {
  readonly picture: Picture;
  readonly milliseconds: number;
}

async function decode(path: string, options: DecodeOptions): Promise<TimedPicture> {
  const started = performance.now();
  const picture = await decodePicture(path, options);
  return { picture: owned(picture), milliseconds: performance.now() - started };
}

/** Small buffers may be parts of a shared pool, which cannot change hands. */
function owned(picture: Picture): Picture {
  const { rgb } = picture;
  return rgb.byteLength === rgb.buffer.byteLength ? picture : { ...picture, rgb: rgb.slice() };
}

function pixels(value: unknown): Transferable[] {
  return [(value as TimedPicture).picture.rgb.buffer as ArrayBuffer];
}

// Said before any picture is taken up, so that a picture is never blamed for a thread that could not start.
void new Rpc(parentPort as MessagePort, { decode }, pixels).call('ready');
