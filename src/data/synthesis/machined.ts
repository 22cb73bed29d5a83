import { fractal, type Noise } from '../../ops/fractal-noise.js';
import type { Random } from '../../runtime/random.js';
import type { Kind } from './kind.js';
import { machinedDefects } from './machined-defects.js';
import { blankSurface, smoothstep, UNITS, type Surface } from './surface.js';
import { BOLT_CENTRES, RADII, type TurnedPart } from './turned-part.js';
import { valueNoise } from './value-noise.js';

/** A turned flange with six bolt holes and a keyway, always in the same pose; tool marks differ from part to part. */
export const machined: Kind<TurnedPart> = { name: 'machined', plan, render, defects: machinedDefects };

function plan(random: Random): TurnedPart {
  return {
    seed: random.below(2 ** 30),
    x: UNITS / 2 + random.uniform(-1.3, 1.3),
    y: UNITS / 2 + random.uniform(-1.3, 1.3),
    angle: random.uniform(-0.012, 0.012),
    feed: random.uniform(1.75, 2.05),
    gloss: random.uniform(0.9, 1.1),
    dents: [],
    marks: [],
  };
}

const steel = [0.97, 0.985, 1] as const;
/** Where the light comes from: above, from the left. */
const LIGHT = { x: -0.6, y: -0.8 };

interface Look {
  readonly part: TurnedPart;
  readonly grain: Noise;
  readonly streak: Noise;
}

function render(part: TurnedPart, side: number): Surface {
  const step = UNITS / side;
  const look: Look = { part, grain: valueNoise(part.seed + 1), streak: valueNoise(part.seed + 2) };
  const surface = blankSurface(side);
  const cos = Math.cos(part.angle);
  const sin = Math.sin(part.angle);
  for (let py = 0; py < side; py++) {
    for (let px = 0; px < side; px++) {
      const x = (px + 0.5) * step - part.x;
      const y = (py + 0.5) * step - part.y;
      const light = lightAt(look, x * cos + y * sin, y * cos - x * sin);
      const at = (py * side + px) * 3;
      for (let c = 0; c < 3; c++) surface.rgb[at + c] = light * steel[c];
    }
  }
  for (const mark of part.marks) mark(surface);
  return surface;
}

/** The brightness at a place in the frame of the part: the table, a hole, a chamfer, or a turned face. */
function lightAt(look: Look, x: number, y: number): number {
  const { grain, part } = look;
  const r = Math.hypot(x, y);
  if (r > RADII.rim) return background(grain, x, y, r);
  const lit = -(x * LIGHT.x + y * LIGHT.y) / (r || 1);
  if (r > RADII.rimChamfer) return 0.42 - 0.34 * lit + 0.03 * grain(x, y);
  // The keyway is cut into the bore, upwards.
  const key = Math.max(Math.abs(x) - 5, Math.abs(y + RADII.bore) - 8);
  const bore = Math.min(r - RADII.bore, key);
  if (bore < 0) return 0.05 + 0.04 * smoothstep(-4, 0, bore) * Math.max(0, lit);
  if (bore < RADII.boreChamfer - RADII.bore) return 0.45 + 0.38 * lit + 0.03 * grain(x, y);
  for (const bolt of BOLT_CENTRES) {
    const dx = x - bolt.x;
    const dy = y - bolt.y;
    const d = Math.hypot(dx, dy);
    if (d > RADII.boltChamfer) continue;
    const turned = -(dx * LIGHT.x + dy * LIGHT.y) / (d || 1);
    if (d > RADII.bolt) return 0.45 + 0.4 * turned;
    return 0.04 + 0.1 * smoothstep(RADII.bolt - 3, RADII.bolt, d) * Math.max(0, turned);
  }
  let shade = part.gloss * face(look, x, y, r);
  // The step: a groove that is dark on the side of the light and bright opposite.
  const groove = Math.abs(r - RADII.step);
  if (groove < 2) shade *= 1 - (0.45 + 0.35 * lit * Math.sign(r - RADII.step)) * (1 - smoothstep(0.8, 2, groove));
  return shade;
}

/**
 * A turned face mirrors the lamps in two bow ties, because its grooves run around the centre; the tool leaves a spiral that is
 * never quite even.
 */
function face({ part, grain, streak }: Look, x: number, y: number, radius: number): number {
  let r = radius;
  let relief = 0;
  for (const dent of part.dents) {
    const dx = (x - dent.x) / dent.radius;
    const dy = (y - dent.y) / dent.radius;
    const bump = Math.exp(-(dx * dx + dy * dy));
    r += 1.6 * dent.depth * bump;
    relief -= dent.depth * bump * (dx * LIGHT.x + dy * LIGHT.y);
  }
  const wobble = 0.1 * streak(r * 0.9, 3) + 0.05 * streak(r * 3.3, 9);
  const theta = Math.atan2(y, x) + wobble;
  const inner = r < RADII.step;
  const main = Math.abs(Math.cos(theta + (inner ? 0.75 : 0.6)));
  const second = Math.abs(Math.cos(theta - 0.85));
  const glow = 0.36 + 0.3 * main ** 5 + 0.14 * second ** 7;
  const feed = inner ? part.feed * 0.8 : part.feed;
  const spiral = Math.sin((2 * Math.PI * r) / feed + theta);
  const lines = 0.05 * spiral + 0.055 * streak(r * 2.1, 40) + 0.04 * streak(r * 5.7, 80);
  const patch = 0.05 * fractal(grain, x * 0.03 + 50, y * 0.03, 2) + 0.035 * grain(r * 2.4, theta * 22);
  return glow * (1 + lines + patch) * (1 + relief);
}

function background(grain: Noise, x: number, y: number, r: number): number {
  const shadow = 1 - 0.6 * (1 - smoothstep(RADII.rim, RADII.rim + 7, Math.hypot(x - 3, y - 4)));
  return (0.085 + 0.02 * grain(x * 0.9, y * 0.9) + 0.012 * grain(x * 0.12, y * 0.12)) * shadow * (r > 0 ? 1 : 0);
}
