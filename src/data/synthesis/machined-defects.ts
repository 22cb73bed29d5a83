import type { Random } from '../../runtime/random.js';
import type { Defect } from './kind.js';
import { blend, paintBlot, paintLine, scale, type Blot, type Point } from './marks.js';
import { smoothstep } from './surface.js';
import { BOLT_CENTRES, RADII, type TurnedPart } from './turned-part.js';

/** A place on a turned face, away from holes and edges, in the frame of the part. */
function somePlace(random: Random, clearance: number): Point {
  for (;;) {
    const angle = random.uniform(0, 2 * Math.PI);
    const outer = random.uniform() < 0.65;
    const r = outer
      ? random.uniform(RADII.step + clearance, RADII.rimChamfer - clearance)
      : random.uniform(RADII.bore + 8 + clearance, RADII.step - clearance);
    const place = { x: r * Math.cos(angle), y: r * Math.sin(angle) };
    if (clearOfBolts(place, clearance)) return place;
  }
}

function clearOfBolts({ x, y }: Point, clearance: number): boolean {
  return BOLT_CENTRES.every((bolt) => Math.hypot(bolt.x - x, bolt.y - y) > RADII.boltChamfer + clearance);
}

const inPicture = (part: TurnedPart, { x, y }: Point): Point => ({ x: part.x + x, y: part.y + y });

function someArc(random: Random, length: number): Point[] {
  const line = [somePlace(random, 3)];
  let heading = random.uniform(0, 2 * Math.PI);
  const bend = random.uniform(-0.05, 0.05);
  for (let walked = 0; walked < length; walked += 3, heading += bend) {
    const { x, y } = line[line.length - 1];
    line.push({ x: x + 3 * Math.cos(heading), y: y + 3 * Math.sin(heading) });
  }
  return line;
}

function onFace(point: Point): boolean {
  const r = Math.hypot(point.x, point.y);
  return r > RADII.bore + 12 && r < RADII.rimChamfer - 2 && clearOfBolts(point, 2);
}

/** A scratch across the tool marks: a bright burr with a dark furrow beside it. */
const scratch: Defect<TurnedPart> = (part, random, severity) => {
  let line = someArc(random, 12 + 45 * severity);
  while (!line.every(onFace)) line = someArc(random, 12 + 45 * severity);
  line = line.map((point) => inPicture(part, point));
  const width = 0.7 + 0.7 * severity;
  const strength = 0.55 + 0.45 * severity;
  return {
    ...part,
    marks: [
      (surface) =>
        paintLine(surface, line, 3 * width, (pixel, distance, along) => {
          const taper = strength * smoothstep(0, 0.12, along) * (1 - smoothstep(0.8, 1, along));
          blend(surface, pixel, [0.96, 0.97, 1], 0.75 * taper * Math.exp(-((distance / width) ** 2)));
          scale(surface, pixel, 1 - 0.5 * taper * Math.exp(-(((distance - 1.4 * width) / width) ** 2)));
        }),
    ],
  };
};

/** A dent: the face is pushed in, so it is dark towards the light, bright opposite, and the tool marks bend. */
const dent: Defect<TurnedPart> = (part, random, severity) => {
  const radius = 4 + 5 * severity;
  return { ...part, dents: [{ ...somePlace(random, radius), radius, depth: 0.4 + 0.5 * severity }] };
};

/** Pits of corrosion or blowholes: small dark cavities with a lit rim, in a cluster. */
const pit: Defect<TurnedPart> = (part, random, severity) => {
  const centre = inPicture(part, somePlace(random, 9));
  const count = 1 + Math.round(5 * severity);
  const blots: Blot[] = Array.from({ length: count }, (_, i) => ({
    x: centre.x + (i === 0 ? 0 : random.uniform(-7, 7)),
    y: centre.y + (i === 0 ? 0 : random.uniform(-7, 7)),
    radius: random.uniform(1.3, 1.6) + 1.1 * severity,
    rough: 0.4,
    soft: 0.5,
    seed: random.below(2 ** 30),
  }));
  return {
    ...part,
    marks: blots.map((blot) => (surface) => {
      const rim = { ...blot, x: blot.x + 0.9, y: blot.y + 1, radius: blot.radius * 1.15 };
      paintBlot(surface, rim, (pixel, cover) => scale(surface, pixel, 1 + 0.3 * cover));
      paintBlot(surface, blot, (pixel, cover) => scale(surface, pixel, 1 - 0.85 * cover));
    }),
  };
};

/** Something that does not belong there: a film of old coolant, and at higher severity lint in it. */
const contamination: Defect<TurnedPart> = (part, random, severity) => {
  const centre = inPicture(part, somePlace(random, 9));
  const film: Blot = {
    ...centre,
    radius: 6 + 9 * severity,
    rough: 0.6,
    soft: 0.45,
    flat: random.uniform(0.6, 1),
    angle: random.uniform(0, Math.PI),
    seed: random.below(2 ** 30),
  };
  const heading = random.uniform(0, Math.PI);
  const lint = Array.from({ length: 9 }, (_, i) => ({
    x: centre.x + (i - 4) * 3.2 * Math.cos(heading + 0.09 * i),
    y: centre.y + (i - 4) * 3.2 * Math.sin(heading + 0.09 * i),
  }));
  const strength = 0.3 + 0.35 * severity;
  return {
    ...part,
    marks: [
      (surface) =>
        paintBlot(surface, film, (pixel, cover, dx, dy) => {
          const ring = 0.75 + 0.25 * smoothstep(0.3, 0.9, Math.hypot(dx, dy));
          blend(surface, pixel, [0.27, 0.2, 0.1], strength * ring * cover);
        }),
      (surface) => {
        if (severity < 0.5) return;
        paintLine(surface, lint, 1.6, (pixel, distance) =>
          blend(surface, pixel, [0.1, 0.1, 0.12], 0.85 * Math.exp(-((distance / 0.8) ** 2))),
        );
      },
    ],
  };
};

export const machinedDefects: Readonly<Record<string, Defect<TurnedPart>>> = {
  contamination,
  dent,
  pit,
  scratch,
};
