/** Jinja's `urlize`: addresses in text become links. Source: read, Jinja2 3.1.6. */
import { lengthOf, sliceText } from '../python/code-points.js';
import { escapeHtml } from '../python/markup.js';

export interface UrlizeOptions {
  readonly limit: number | undefined;
  readonly nofollow: boolean;
  readonly target: string | undefined;
  readonly rel: string;
}

const HTTP = /^(?:(?:https?:\/\/|www\.)(?:(?:[\w%-]+\.)+)?(?:[a-z]{2,63}|xn--[\w%]{2,59})|(?:[\w%-]{2,63}\.)+(?:com|net|int|edu|gov|org|info|mil)|https?:\/\/(?:(?:[\d]{1,3})(?:\.[\d]{1,3}){3}|\[[\da-f]{0,4}:(?:[\da-f]{0,4}:?)*\]))(?::[\d]{1,5})?(?:[/?#]\S*)?$/iu;
const EMAIL = /^\S+@\w[\w.-]*\.\w+$/u;

export function urlize(text: string, options: UrlizeOptions): string {
  const rel = [...new Set([...options.rel.split(/\s+/), ...(options.nofollow ? ['nofollow'] : []), 'noopener'])].filter((word) => word !== '').sort();
  const attributes = `${rel.length > 0 ? ` rel="${escapeHtml(rel.join(' '))}"` : ''}${options.target === undefined ? '' : ` target="${escapeHtml(options.target)}"`}`;
  return escapeHtml(text).split(/(\s+)/u).map((word) => linked(word, attributes, options.limit)).join('');
}

function linked(word: string, attributes: string, limit: number | undefined): string {
  const head = /^(?:[(<]|&lt;)+/.exec(word)?.[0] ?? '';
  let middle = word.slice(head.length);
  const end = /(?:[)>.,\n]|&gt;)+$/.exec(middle)?.[0] ?? '';
  let tail = end;
  middle = middle.slice(0, middle.length - end.length);
  [middle, tail] = balanced(middle, tail);
  const shown = limit !== undefined && lengthOf(middle) > limit ? `${sliceText(middle, 0, limit)}...` : middle;
  if (HTTP.test(middle)) {
    const address = /^https?:\/\//.test(middle) ? middle : `https://${middle}`;
    return `${head}<a href="${address}"${attributes}>${shown}</a>${tail}`;
  }
  if (middle.startsWith('mailto:') && EMAIL.test(middle.slice(7))) return `${head}<a href="${middle}">${middle.slice(7)}</a>${tail}`;
  if (middle.includes('@') && !middle.startsWith('www.') && !/^[@:]/.test(middle) && EMAIL.test(middle)) return `${head}<a href="mailto:${middle}">${middle}</a>${tail}`;
  return word;
}

/** Closing brackets that belong to the address go back to it. */
function balanced(middle: string, tail: string): [string, string] {
  let [inside, outside] = [middle, tail];
  for (const [open, close] of [['(', ')'], ['<', '>'], ['&lt;', '&gt;']] as const) {
    const opened = inside.split(open).length - 1;
    const closed = inside.split(close).length - 1;
    for (let missing = opened - closed; missing > 0 && outside.includes(close); missing--) {
      const at = outside.indexOf(close) + close.length;
      inside += outside.slice(0, at);
      outside = outside.slice(at);
    }
  }
  return [inside, outside];
}
