const LONGEST = 120;

/** A name from a file for a message: in quotes, on one line, and not longer than a line, whatever the file says. */
export function quoted(name: string): string {
  return JSON.stringify(name.length > LONGEST ? `${name.slice(0, LONGEST)}...` : name);
}
