import { basicBlock } from '../../models/nets/basic-block.js';
import { batchNorm } from '../../models/nets/batch-norm.js';
import { convolution } from '../../models/nets/convolution.js';
import { plain, type Module, type Pass } from '../../models/nets/module.js';
import { rectified } from '../../models/nets/rectified.js';
import { sequence } from '../../models/nets/sequence.js';
import { tf, type Tensor4D } from '../../runtime/tf.js';

/** Its name among the architectures. */
export const ARCH = 'resnet10_w32';
/** Where features are taken. */
export const LAYERS = [
  { name: 'layer1', stride: 4, channels: 32 },
  { name: 'layer2', stride: 8, channels: 64 },
  { name: 'layer3', stride: 16, channels: 128 },
] as const;
/** The network sees `(x / 255 - MEAN) / STD`. */
export const [MEAN, STD] = [0.5, 0.25];

const STEM = LAYERS[0].channels;

/** The network `resnet10_w32` with values that can be trained, under torchvision's names. */
export interface TrainedBackbone {
  readonly modules: readonly Module[];
  /**
   * @param pixels `[n, h, w, 3]`, 0..255, borrowed
   * @returns the features of `LAYERS`, in the caller's tidy scope
   */
  apply(pixels: Tensor4D, pass: Pass): Tensor4D[];
}

export function trainedBackbone(): TrainedBackbone {
  const stem = sequence([
    convolution({ name: 'conv1', from: 3, to: STEM, size: 7, stride: 2, bias: false }),
    batchNorm('bn1', STEM),
    rectified,
    plain((x) => tf.maxPool(x, 3, 2, 1)),
  ]);
  const blocks = LAYERS.map(({ name, channels }, i) => {
    const from = i === 0 ? STEM : LAYERS[i - 1].channels;
    return basicBlock({ name: `${name}.0`, from, to: channels, stride: i === 0 ? 1 : 2 });
  });
  return {
    modules: [stem, ...blocks],
    apply: (pixels, pass) => {
      const features: Tensor4D[] = [];
      let x = stem.apply(pixels.div<Tensor4D>(255 * STD).sub(MEAN / STD), pass);
      for (const block of blocks) features.push((x = block.apply(x, pass)));
      return features;
    },
  };
}
