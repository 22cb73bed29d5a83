import { type Size } from '../config/size.js';
import { type Runs, RunsBuilder } from './labelling/runs.js';

/** Every pixel of a map but a frame of `width` pixels around it; nothing when the frame covers the map. */
export function insideFrame(size: Size, width: number): Runs {
  const builder = new RunsBuilder(size);
  for (let y = 0; y < size.height; y++) {
    if (y >= width && y < size.height - width && 2 * width < size.width) builder.push(width, size.width - width);
    builder.closeRow(y);
  }
  return builder.build();
}
