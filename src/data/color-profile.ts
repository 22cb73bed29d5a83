/**
 * What an embedded ICC profile asks for. Pixels under a profile that calls itself sRGB are sRGB already: a conversion could
 * only round them. A profile without the signature of ICC.1:2022, section 7.2.11, is no profile.
 */
export function colorProfile(icc: Buffer | undefined): 'none' | 'srgb' | 'other' {
  if (icc === undefined || icc.length < 132 || icc.toString('latin1', 36, 40) !== 'acsp') return 'none';
  return description(icc).includes('sRGB') ? 'srgb' : 'other';
}

/** The text of the `desc` tag without its NULs, which makes its ASCII and its UTF-16 form read alike. */
function description(icc: Buffer): string {
  const tags = Math.min(icc.readUInt32BE(128), Math.floor((icc.length - 132) / 12));
  for (let i = 0; i < tags; i++) {
    const entry = 132 + 12 * i;
    if (icc.toString('latin1', entry, entry + 4) !== 'desc') continue;
    const start = icc.readUInt32BE(entry + 4);
    return icc.toString('latin1', start, start + icc.readUInt32BE(entry + 8)).replaceAll('\0', '');
  }
  return '';
}
