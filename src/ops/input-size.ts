import type { ResizeRule } from '../config/input-rule.js';
import type { Size } from '../config/size.js';

/**
 * The size that a picture has after the resize of an input rule. `short_side` and `scale` keep the shape: both sides are scaled alike,
 * by less where the long side would pass `max_long_side`, then rounded to the nearest multiple (at least one, and never
 * past `max_long_side` when that holds a multiple). What a crop leaves of it is told by `cropWindow`.
 */
export function inputSize(size: Size, rule: ResizeRule): Size {
  if (rule.mode === 'stretch') return rule.size;
  const { multiple, max_long_side: longest = Infinity } = rule;
  const [short, long] = [Math.min(size.height, size.width), Math.max(size.height, size.width)];
  const wanted = rule.mode === 'scale' ? rule.factor : rule.pixels / short;
  const scale = Math.min(wanted, longest / long);
  const most = Math.max(1, Math.floor(longest / multiple));
  const rounded = (length: number): number => {
    if (rule.mode === 'scale' || rule.rounding !== 'down') return Math.round((length * scale) / multiple);
    // Product before quotient: a scale that was rounded itself could bring a whole number just below it.
    const exact = scale < wanted ? (length * longest) / long : (length * rule.pixels) / short;
    return Math.floor(exact / multiple);
  };
  const side = (length: number) => multiple * Math.min(most, Math.max(1, rounded(length)));
  return { height: side(size.height), width: side(size.width) };
}
