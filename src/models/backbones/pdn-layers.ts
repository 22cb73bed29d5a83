type Layer = readonly [to: number, size: number, pad: number] | 'pool';

/** The layers of the patch description networks of EfficientAD, with the padding that keeps their features on a grid of 4 pixels. */
export const PDN_LAYERS: Readonly<Record<'small' | 'medium', readonly Layer[]>> = {
  small: [[128, 4, 3], 'pool', [256, 4, 3], 'pool', [256, 3, 1], [384, 4, 0]],
  medium: [[256, 4, 3], 'pool', [512, 4, 3], 'pool', [512, 1, 0], [512, 3, 1], [384, 4, 0], [384, 1, 0]],
};
