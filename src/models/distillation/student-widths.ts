/**
 * The channels of a student at a stride: `width` at a stride of 4, and twice as many at twice the stride, as in a ResNet.
 *
 * @returns a function of the stride
 */
export function studentWidths(width: number): (stride: number) => number {
  return (stride) => Math.max(1, Math.round((width * stride) / 4));
}
