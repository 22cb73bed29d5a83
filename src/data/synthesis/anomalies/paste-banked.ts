import { mixNeighbours, neighbours } from '../bilinear.js';
import { spreadMask } from '../spread-mask.js';
import { visitBox } from '../surface.js';
import type { BankedDefect } from './defect-bank.js';
import { blankPainting, type Painter } from './painting.js';

/** Of the shorter side of the host. */
const SIZE = [0.18, 0.55] as const;
const TURN = (18 * Math.PI) / 180;

/** Pastes a defect of a bank: mirrored or not along each axis, turned by up to 18 degrees, 0.18 to 0.55 of the host long. */
export function pasteBanked(bank: readonly BankedDefect[]): Painter {
  return (host, random) => {
    const item = bank[random.below(bank.length)];
    const painting = blankPainting(host);
    const context = new Uint8Array(painting.cover.length);
    const { x: cx, y: cy } = host.place(random);
    const [flipX, flipY] = [0, 1].map(() => (random.below(2) === 0 ? 1 : -1));
    const side = (random.uniform(...SIZE) * Math.min(host.height, host.width)) / host.scale;
    // pixels of the bank a unit of the host
    const zoom = Math.max(item.height, item.width) / side;
    const angle = random.uniform(-TURN, TURN);
    const [cos, sin] = [Math.cos(angle) * zoom, Math.sin(angle) * zoom];
    const reach = Math.hypot(item.height, item.width) / zoom / 2 + 1;
    visitBox(host, { x0: cx - reach, y0: cy - reach, x1: cx + reach, y1: cy + reach }, (pixel, x, y) => {
      const u = flipX * ((x - cx) * cos + (y - cy) * sin) + item.width / 2 - 0.5;
      const v = flipY * ((y - cy) * cos - (x - cx) * sin) + item.height / 2 - 0.5;
      if (u < -0.5 || v < -0.5 || u >= item.width - 0.5 || v >= item.height - 0.5) return;
      const from = neighbours(item, v, u);
      for (let c = 0; c < 3; c++) painting.paint[3 * pixel + c] = mixNeighbours(item.rgb, from, c);
      painting.cover[pixel] = item.mask[Math.round(v) * item.width + Math.round(u)] ?? 0;
      context[pixel] = 1;
    });
    return { ...painting, context: spreadMask(context, host, 0) };
  };
}
