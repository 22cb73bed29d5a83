import type { Size } from '../../config/size.js';
import { resample } from '../../ops/resample.js';
import type { Random } from '../../runtime/random.js';
import { tf, type Tensor, type Tensor4D } from '../../runtime/tf.js';
import { convolution } from '../nets/convolution.js';
import { dropoutMask } from '../nets/dropout-mask.js';
import type { Module, Pass, Start } from '../nets/module.js';

export interface FeatureAutoencoderRule {
  /** Prefix of the names of its tensors. */
  readonly name: string;
  /** The sides of the pictures, 32 or more. */
  readonly input: Size;
  /** The share of the published channels that the inner layers have. */
  readonly width: number;
  /** Channels of the result. */
  readonly to: number;
}

export interface FeatureAutoencoder {
  readonly trained: readonly Start[];
  /**
   * @param x `[n, h, w, 3]`, normalised, borrowed
   * @param dropout what `dropout` drew, borrowed; null = nothing is dropped
   * @returns `[n, h / 4, w / 4, to]`, owned by the caller
   */
  apply(x: Tensor4D, pass: Pass, dropout: readonly Tensor[] | null): Tensor4D;
  /** Masks for `n` pictures that drop a fifth of the values between the layers of the decoder; owned by the caller. */
  dropout(n: number, random: Random): Tensor4D[];
}

const DROPPED = 0.2;
/** The published decoder's grids for pictures of 256 pixels: these shares of a side, less one where it says so. */
const GRIDS = [
  { share: 64, less: 1 },
  { share: 32, less: 0 },
  { share: 16, less: 1 },
  { share: 8, less: 0 },
  { share: 4, less: 1 },
  { share: 2, less: 1 },
] as const;

/**
 * The autoencoder of EfficientAD (Batzner et al., WACV 2024): from a picture through one place, or as few as its size allows, to the
 * features that the teacher has of it.
 */
export function featureAutoencoder({ name, input, width, to }: FeatureAutoencoderRule): FeatureAutoencoder {
  const [narrow, wide] = [32, 64].map((channels) => Math.max(2, Math.round(width * channels)));
  const convolutionOf = (
    key: string,
    from: number,
    channels: number,
    rest: { size: number; pad: number; stride?: number },
  ) => convolution({ name: `${name}.${key}`, from, to: channels, start: 'torch', ...rest });
  const half = { size: 4, stride: 2, pad: 1 };
  const widths = [3, narrow, narrow, wide, wide, wide];
  const coarse = Math.min(8, Math.floor(input.height / 32), Math.floor(input.width / 32));
  const encoder: Module[] = [
    ...widths.slice(1).map((channels, i) => convolutionOf(`encoder.${i}`, widths[i], channels, half)),
    convolutionOf('encoder.5', wide, wide, { size: coarse, pad: 0 }),
  ];
  const grids = GRIDS.map(({ share, less }) => gridOf(input, share, less));
  const decoder = grids.map((_, i) => convolutionOf(`decoder.${i}`, wide, wide, { size: 4, pad: 2 }));
  const last = [
    convolutionOf('decoder.6', wide, wide, { size: 3, pad: 1 }),
    convolutionOf('decoder.7', wide, to, { size: 3, pad: 1 }),
  ];
  const modules = [...encoder, ...decoder, ...last];
  return {
    trained: modules.flatMap((module) => module.trained),
    apply: (x, pass, dropout) =>
      tf.tidy(() => {
        let y = x;
        for (const [i, module] of encoder.entries()) {
          y = module.apply(y, pass);
          if (i < encoder.length - 1) y = tf.relu(y);
        }
        for (const [i, module] of decoder.entries()) {
          y = tf.relu(module.apply(resample(y, grids[i], { interpolation: 'bilinear' }), pass));
          if (dropout !== null) y = y.mul(dropout[i]);
        }
        y = resample(y, gridOf(input, 4, 0), { interpolation: 'bilinear' });
        return last[1].apply(tf.relu(last[0].apply(y, pass)), pass);
      }),
    dropout: (n, random) =>
      grids.map(({ height, width: across }) => {
        // Filters of 4 with 2 pixels around them make every side one longer.
        const shape: [number, number, number, number] = [n, height + 1, across + 1, wide];
        return dropoutMask(random, shape, DROPPED);
      }),
  };
}

function gridOf({ height, width }: Size, share: number, less: number): Size {
  const side = (length: number) => Math.max(1, Math.floor(length / share) - less);
  return { height: side(height), width: side(width) };
}
