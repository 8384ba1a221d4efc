/** Grain `kernelparams`: pairs of name and value of the kernel's command line; a bare word has no value. */

/** Words as a POSIX shell splits them. @throws Error when a quote is not closed */
function words(text: string): string[] {
  const found: string[] = [];
  const pattern = /\s+|((?:[^\s"'\\]|\\[\s\S]|'[^']*'|"(?:[^"\\]|\\[\s\S])*")+)/gy;
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    end = match.index + match[0].length;
    if (match[1] !== undefined) found.push(unquote(match[1]));
  }
  if (end < text.length) throw new Error('No closing quotation');
  return found;
}

function unquote(word: string): string {
  return word.replace(/\\([\s\S])|'([^']*)'|"((?:[^"\\]|\\[\s\S])*)"/g, (_, escaped?: string, single?: string, double?: string) =>
    escaped ?? single ?? (double ?? '').replace(/\\(["\\])/g, '$1'));
}

export function kernelParams(cmdline: string): (readonly [string, string | null])[] {
  return words(cmdline).map((word) => {
    // A second `=` makes Salt give up the value (observed).
    const [name = '', value, ...more] = word.split('=');
    return [name, value === undefined || more.length > 0 ? null : value.replace(/^"+|"+$/g, '')] as const;
  });
}
