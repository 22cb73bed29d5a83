/** Text that is HTML already. Everything else is escaped when it is put into a template. */
export class Html {
  constructor(readonly text: string) {}
}

type Part = Html | string | number | null | readonly Part[];

/**
 * A template that escapes what is put into it, so that a file name such as `<b>.png` shows as it is. Lists are joined,
 * null shows nothing. Put values between tags or between double quotes, never into a bare attribute or a script.
 */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((out, string, i) => out + rendered(parts[i - 1]) + string));
}

function rendered(part: Part): string {
  if (part === null) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'object') return part.map(rendered).join('');
  return String(part).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
