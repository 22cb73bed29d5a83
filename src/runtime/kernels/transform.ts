import { tf } from '../tf.js';
import { type NodeBackend, typeAttribute } from './node-backend.js';
import type { KernelRepair } from './repair.js';

interface TransformAttributes {
  readonly interpolation: 'nearest' | 'bilinear';
  readonly fillMode: 'constant' | 'reflect' | 'wrap' | 'nearest';
  readonly fillValue: number;
  readonly outputShape?: [number, number];
}

/** `tf.image.transform` on TensorFlow, which has the op under another name. */
export const transform: KernelRepair = {
  kernel: 'Transform',
  backend: 'tensorflow',
  why: 'there is none, so pictures cannot be warped',
  make: () => (call) => {
    const { image, transforms } = call.inputs;
    const attrs = call.attrs as unknown as TransformAttributes;
    const backend = call.backend as NodeBackend;
    const text = (name: string, value: string) => ({ name, type: backend.binding.TF_ATTR_STRING, value });
    return tf.tidy(() => {
      const size = tf.tensor1d(attrs.outputShape ?? [image.shape[1] ?? 0, image.shape[2] ?? 0], 'int32');
      return backend.executeSingleOutput(
        'ImageProjectiveTransformV3',
        [
          typeAttribute(backend, 'dtype', image),
          text('interpolation', attrs.interpolation.toUpperCase()),
          text('fill_mode', attrs.fillMode.toUpperCase()),
        ],
        [image, transforms, size, tf.scalar(attrs.fillValue)],
      );
    });
  },
};
