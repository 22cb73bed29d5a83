/** Smooth random numbers in -1..1 over the plane; one step of the lattice is 1. */
export type Noise = (x: number, y: number) => number;

/**
 * Several layers of noise, each of half the size and `persistence` times the strength of the one before; about -1..1.
 *
 * @param octaves how many layers, 1 or more
 */
export function fractal(noise: Noise, x: number, y: number, octaves: number, persistence = 0.5): number {
  let sum = 0;
  let weight = 0;
  for (let octave = 0, scale = 1, part = 1; octave < octaves; octave++, scale *= 2, part *= persistence) {
    sum += part * noise(x * scale + 17.3 * octave, y * scale - 9.1 * octave);
    weight += part;
  }
  return sum / weight;
}
