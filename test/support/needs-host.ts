/**
 * Whether a function needs more of its host than what every host has at once: grains, pillar or a port. Told from its
 * source: what a plugin declares as `alone` is held against this.
 *
 * A function reaches them through its context, the second parameter. It cannot when it has none, or when it uses it for
 * nothing but the abilities listed here. Whoever hands the context on, or cannot be read, counts as needing them. A call of
 * another function asks for that one anew.
 */

const HARMLESS = new Set(['sys', 'log', 'signal', 'id', 'test', 'job', 'memory', 'opts', 'call', 'has', 'setRetcode']);

/** `(args, ctx) => ...`, `async run({ a, b }, ctx) { ... }`: the head up to the second parameter. */
const HEAD = /^(?:async\s+)?(?:function\s*)?(?:\*\s*)?[\w$]*\s*\(\s*(?<first>[\w$]+|\{[\w$\s,:]*\})?\s*(?:,\s*(?<context>[\w$]+)\s*)?\)/;

export function needsHost(run: (...words: never[]) => unknown): boolean {
  const source = Function.prototype.toString.call(run);
  const head = HEAD.exec(source);
  if (head === null || /\barguments\b|\beval\b|\[native code\]/.test(source)) return true;
  const context = head.groups?.['context'];
  return context !== undefined && usesOf(context, source.slice(head[0].length)).some((use) => !HARMLESS.has(use));
}

/** What is taken of a variable: the name behind its dot, or empty text when it is used as a whole. */
function usesOf(name: string, body: string): string[] {
  const word = new RegExp(`(?<![\\w$]|(?<!\\.\\.)\\.)${name.replaceAll('$', '\\$&')}(?![\\w$])(?:\\s*\\.\\s*([\\w$]+))?`, 'g');
  return [...body.matchAll(word)].map((match) => match[1] ?? '');
}
