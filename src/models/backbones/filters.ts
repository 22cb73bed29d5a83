/** Half the side of every filter, without its middle. */
export const FILTER_RADIUS = 3;

/** A square filter of side `2 * FILTER_RADIUS + 1`, row by row. */
export type Filter = Float32Array;

/** Quadrature pairs (Gabor 1946): first every even filter, then every odd one; zero mean, and unit length. */
export function gaborPairs(orientations: number, wavelength: number, sigma: number): Filter[] {
  const angles = Array.from({ length: orientations }, (_, i) => (Math.PI * i) / orientations);
  const pair = (wave: (phase: number) => number) =>
    angles.map((angle) =>
      normalised((y, x) => {
        const along = x * Math.cos(angle) + y * Math.sin(angle);
        return gaussian(y, x, sigma) * wave((2 * Math.PI * along) / wavelength);
      }, sigma),
    );
  return [...pair(Math.cos), ...pair(Math.sin)];
}

/** The negative Laplacian of a Gaussian: positive on bright blobs. */
export function laplacian(sigma: number): Filter {
  return normalised((y, x) => gaussian(y, x, sigma) * (2 * sigma ** 2 - y * y - x * x), sigma);
}

function gaussian(y: number, x: number, sigma: number): number {
  return Math.exp(-(x * x + y * y) / (2 * sigma ** 2));
}

/** Subtracts as much of the Gaussian window as makes the sum zero, so that brightness alone gives no response. */
function normalised(value: (y: number, x: number) => number, sigma: number): Filter {
  const side = 2 * FILTER_RADIUS + 1;
  const at = (f: (y: number, x: number) => number) =>
    Float64Array.from({ length: side * side }, (_, i) =>
      f(Math.floor(i / side) - FILTER_RADIUS, (i % side) - FILTER_RADIUS),
    );
  const [raw, window] = [at(value), at((y, x) => gaussian(y, x, sigma))];
  const sum = (a: Float64Array) => a.reduce((total, v) => total + v, 0);
  const share = sum(raw) / sum(window);
  const centred = raw.map((v, i) => v - share * window[i]);
  const length = Math.sqrt(sum(centred.map((v) => v * v)));
  return Float32Array.from(centred, (v) => v / length);
}
