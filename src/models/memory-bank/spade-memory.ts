import { ConfigError } from '../../errors.js';

const MEGABYTE = 2 ** 20;

/** What the features of the good pictures amount to. */
export interface GallerySize {
  readonly pictures: number;
  readonly places: number;
  readonly width: number;
}

/**
 * What a gallery costs, as one line for the user; refuses what exceeds the budget before any picture is read.
 *
 * @param budget megabytes that the gallery may take
 * @throws ConfigError that says what was asked for and what makes it smaller
 */
export function planGallery({ pictures, places, width }: GallerySize, budget: number): string {
  const megabytes = Math.ceil((4 * pictures * places * width) / MEGABYTE);
  const what = `${pictures} pictures of ${places} places of ${width} values take ${megabytes} MB, twice that while they are collected`;
  if (megabytes <= budget) return what;
  throw new ConfigError(
    `vision_spade: ${what}, more than memory_mb ${budget} allows; set projection_dim, take a smaller size, coarser layers or fewer pictures, or raise memory_mb`,
  );
}
