/** In what the layers that `lowPrecision` marks are computed; everything else is float32 always. */
export type Precision = 'float32' | 'bfloat16';
