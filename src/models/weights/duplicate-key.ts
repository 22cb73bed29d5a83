/**
 * The first key that an object of a JSON text holds twice, or null. `JSON.parse` keeps the last of two equal keys without
 * a word, so two readers could see two different files.
 *
 * @param json text that `JSON.parse` accepts
 */
export function duplicateKey(json: string): string | null {
  const objects: (Set<string> | null)[] = [];
  // Strings (with the colon that makes them a key), and the brackets outside of strings.
  for (const [token, text, colon] of json.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|[{}[\]]/g)) {
    if (token === '{') objects.push(new Set());
    else if (token === '[') objects.push(null);
    else if (token === '}' || token === ']') objects.pop();
    else if (colon !== undefined) {
      const key = JSON.parse(text) as string;
      const keys = objects[objects.length - 1];
      if (keys?.has(key)) return key;
      keys?.add(key);
    }
  }
  return null;
}
