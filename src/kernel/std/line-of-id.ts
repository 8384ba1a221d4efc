/** The line of an id in its file as it was written, from 1; undefined when a template makes the id. */
export function lineOfId(text: string, id: string): number | undefined {
  const starts = [`${id}:`, `'${id}':`, `"${id}":`];
  const at = text.split('\n').findIndex((line) => starts.some((start) => line.startsWith(start)));
  return at < 0 ? undefined : at + 1;
}
