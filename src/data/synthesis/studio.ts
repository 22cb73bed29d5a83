import type { Random } from '../../runtime/random.js';
import { develop, expose, someLighting } from './camera.js';
import { changeMask } from './change-mask.js';
import type { Kind } from './kind.js';

/** Samples of the surface along each side of a pixel. */
const SAMPLES = 2;

/** What a defect must change to count as visible: pixels, and grey levels at its strongest. */
const VISIBLE = { area: 12, peak: 18 };

/** Takes pictures of parts of one kind. */
export interface Studio {
  /** The defects that it knows how to make. */
  readonly defects: readonly string[];
  /** A picture of a good part: `size * size * 3`. */
  good(random: Random, size: number): Uint8Array;
  /**
   * A picture of a part with a defect, and where the defect shows (1). A defect that nobody could see is made again, more
   * severe.
   */
  bad(defect: string, severity: number, random: Random, size: number): { pixels: Uint8Array; mask: Uint8Array };
}

export function studio<Plan>(kind: Kind<Plan>): Studio {
  return {
    defects: Object.keys(kind.defects),
    good(random, size) {
      const surface = kind.render(kind.plan(random.fork('part')), SAMPLES * size);
      return develop(expose(surface, size, someLighting(random.fork('light'))), random.fork('sensor'));
    },
    bad(defect, severity, random, size) {
      const plan = kind.plan(random.fork('part'));
      const lighting = someLighting(random.fork('light'));
      const good = expose(kind.render(plan, SAMPLES * size), size, lighting);
      for (let attempt = 0; attempt < 20; attempt++) {
        const stronger = Math.min(1, severity + 0.1 * attempt);
        const altered = kind.defects[defect](plan, random.fork(`defect ${attempt}`), stronger);
        const bad = expose(kind.render(altered, SAMPLES * size), size, lighting);
        const { mask, area, peak } = changeMask(good, bad, size);
        if (area < VISIBLE.area * (size / 192) ** 2 || peak < VISIBLE.peak) continue;
        return { pixels: develop(bad, random.fork('sensor')), mask };
      }
      throw new Error(`${kind.name}: no visible ${defect} came of 20 attempts`);
    },
  };
}
