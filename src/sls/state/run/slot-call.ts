/**
 * `module.function(arg, [a, b], key=value)` as written in slots: words of a shell, quotes taken off, brackets kept as text.
 *
 * Source: read, Salt 3008.3 `parse_function` and Python's shlex; golden states/runtime (slots).
 */

export interface WrittenCall {
  readonly fun: string;
  readonly args: string[];
  readonly kwargs: Record<string, string>;
}

const CLOSING: Readonly<Record<string, string>> = { '[': ']', '{': '}', '(': ')' };

export function readCall(text: string): WrittenCall | undefined {
  const tokens = tokensOf(text);
  const start = tokens?.indexOf('(') ?? -1;
  if (tokens === undefined || start < 1) return undefined;
  const read = readArguments(tokens.slice(start + 1));
  return read === undefined ? undefined : { fun: tokens.slice(0, start).join(''), ...read };
}

function readArguments(tokens: readonly string[]): Omit<WrittenCall, 'fun'> | undefined {
  const args: string[] = [];
  const kwargs: Record<string, string> = {};
  const brackets: string[] = [];
  let word: string[] = [];
  let key = '';
  for (const token of tokens) {
    if (CLOSING[token] !== undefined) {
      word.push(token);
      brackets.push(token);
    } else if ((token === ',' || token === ')') && brackets.length === 0) {
      if (key !== '') kwargs[key] = word.join('');
      else if (word.length > 0) args.push(word.join(''));
      if (token === ')') return { args, kwargs };
      [key, word] = ['', []];
    } else if (token === ']' || token === '}' || token === ')') {
      if (CLOSING[brackets.pop() ?? ''] !== token) return undefined;
      word.push(token);
    } else if (token === '=' && brackets.length === 0) {
      [key, word] = [word.join(''), []];
    } else word.push(token);
  }
  return undefined;
}

/** Words of letters, digits and `_`; everything else is a token of one character; quotes join and vanish. Undefined when one stays open. */
function tokensOf(text: string): string[] | undefined {
  const tokens: string[] = [];
  let word: string | undefined;
  const flush = (): void => {
    if (word !== undefined) tokens.push(word);
    word = undefined;
  };
  for (let at = 0; at < text.length; at += 1) {
    const char = text[at] as string;
    if (char === '"' || char === "'") {
      const quoted = quotedText(text, at);
      if (quoted === undefined) return undefined;
      word = (word ?? '') + quoted.text;
      at = quoted.end;
    } else if (char === '\\' && at + 1 < text.length) {
      at += 1;
      word = (word ?? '') + (text[at] as string);
    } else if (char === '#') break;
    else if (/[\wß-öø-ÿÀ-ÖØ-Þ]/.test(char)) word = (word ?? '') + char;
    else {
      flush();
      if (!/\s/.test(char)) tokens.push(char);
    }
  }
  flush();
  return tokens;
}

function quotedText(text: string, start: number): { text: string; end: number } | undefined {
  const quote = text[start];
  let inside = '';
  for (let at = start + 1; at < text.length; at += 1) {
    const char = text[at] as string;
    if (char === quote) return { text: inside, end: at };
    if (char === '\\' && (text[at + 1] === quote || text[at + 1] === '\\')) {
      at += 1;
      inside += text[at] as string;
    } else inside += char;
  }
  return undefined;
}
