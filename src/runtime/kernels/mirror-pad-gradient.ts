import { type Tensor, tf } from '../tf.js';

/**
 * The gradient of mirrored padding. TensorFlow.js cuts the frame off and forgets that every framed value is a copy of
 * one inside, on every backend. Here each frame is turned back and added to where it came from.
 */
export function repairMirrorPadGradient(): void {
  if (done) return;
  done = true;
  tf.unregisterGradient('MirrorPad');
  tf.registerGradient({
    kernelName: 'MirrorPad',
    inputsToSave: ['x'],
    gradFunc: (dy, saved, attrs) => {
      const { paddings, mode } = attrs as unknown as { paddings: [number, number][]; mode: 'reflect' | 'symmetric' };
      const { shape } = saved[0];
      return {
        x: () =>
          paddings.reduce(
            (g, frame, axis) => foldBack(g, axis, shape[axis], frame, mode === 'reflect' ? 1 : 0),
            dy as Tensor,
          ),
      };
    },
  });
}

let done = false;

/** @param offset 1 where the border pixel itself is not repeated */
function foldBack(g: Tensor, axis: number, length: number, [before, after]: [number, number], offset: number): Tensor {
  if (before === 0 && after === 0) return g;
  const part = (start: number, size: number): Tensor => {
    const begin = g.shape.map((_, k) => (k === axis ? start : 0));
    return g.slice(
      begin,
      g.shape.map((n, k) => (k === axis ? size : n)),
    );
  };
  const placed = (turned: Tensor, start: number, size: number): Tensor =>
    turned.pad(g.shape.map((_, k) => (k === axis ? [start, length - start - size] : [0, 0])));
  const parts = [part(before, length)];
  if (before > 0) parts.push(placed(part(0, before).reverse(axis), offset, before));
  if (after > 0) parts.push(placed(part(before + length, after).reverse(axis), length - offset - after, after));
  return tf.addN(parts);
}
