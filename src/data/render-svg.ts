import { sharp } from './sharp.js';

/** The bytes of a PNG file of a drawing of ours, at the size that it names. */
export async function renderSvg(svg: string): Promise<Buffer> {
  return sharp(Buffer.from(svg)).removeAlpha().png().toBuffer();
}
