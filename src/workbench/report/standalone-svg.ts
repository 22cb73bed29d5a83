import type { Html } from './html.js';

/** The report page's look of a chart, in words that every SVG reader knows. */
const STYLE = `
text { font: 11.5px sans-serif; fill: #5d6878; }
.grid { stroke: #dfe4ea; }
.axis { stroke: #5d6878; }
polyline.curve { fill: none; stroke: #5b8db8; stroke-width: 2; stroke-linejoin: round; }
polyline.held-out { stroke: #e2752f; }
text.curve { fill: #5b8db8; }
text.held-out { fill: #e2752f; }
`;

/** A chart of the report page as a file of its own. */
export function standaloneSvg(chart: Html): string {
  const head = '<svg xmlns="http://www.w3.org/2000/svg" width="960" height="560" ';
  const ground = `<style>${STYLE}</style><rect width="480" height="280" fill="#fff" />`;
  return `${chart.text.replace('<svg ', head).replace('>', `>${ground}`)}\n`;
}
