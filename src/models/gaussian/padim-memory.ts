import { ConfigError } from '../../errors.js';

const MEGABYTE = 2 ** 20;

/**
 * What the Gaussians of a grid cost, as one line for the user; refuses what exceeds the budget before any picture is read.
 *
 * @param budget megabytes that the fit may take
 * @throws ConfigError that says what was asked for and what makes it smaller
 */
export function planMemory(places: number, width: number, budget: number): string {
  const factors = 4 * places * width * width;
  const sums = 4 * places * width * (width + 3);
  // At the end of a fit there are the sums, the factors that are made of them, and their copy on the device.
  const [kept, fit] = [factors, sums + 2 * factors].map((bytes) => Math.ceil(bytes / MEGABYTE));
  const what = `${places} places of ${width} values take ${fit} MB in the fit and ${kept} MB in use`;
  if (fit <= budget) return what;
  throw new ConfigError(
    `vision_padim: ${what}, more than memory_mb ${budget} allows; lower d, take a smaller size or a coarser layer, or raise memory_mb`,
  );
}
