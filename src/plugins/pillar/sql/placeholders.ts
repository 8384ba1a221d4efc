/** Python's placeholders as others write them: `%s` once for each value, `%%` for a percent sign. */
export function placeholders(query: string, write: (at: number) => string): { text: string; count: number } {
  let count = 0;
  const text = query.replaceAll(/%[s%]/g, (mark) => (mark === '%%' ? '%' : write(count += 1)));
  return { text, count };
}
