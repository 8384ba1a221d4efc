/** `lipsum()`: random text that means nothing, for pages not yet written. */
import { truth } from './python/compare.js';
import type { Data } from './python/data.js';
import { typeError } from './python/errors.js';
import { checkSize } from './python/limits.js';
import { Markup } from './python/markup.js';
import { isInt } from './python/numbers.js';
import { nameOfType } from './python/type-name.js';
import { bind } from './python/bind.js';

const WORDS = ('lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore et dolore magna aliqua enim ad minim '
  + 'veniam quis nostrud exercitation ullamco laboris nisi aliquip ex ea commodo consequat').split(' ');

function whole(value: Data): number {
  if (!isInt(value)) throw typeError(`'${nameOfType(value)}' object cannot be interpreted as an integer`);
  return checkSize(Number(value));
}

function paragraph(least: number, most: number): string {
  const count = least + Math.floor(Math.random() * Math.max(1, most - least));
  const words = Array.from({ length: count }, () => WORDS[Math.floor(Math.random() * WORDS.length)] as string);
  const sentences: string[] = [];
  for (let at = 0; at < words.length; at += 9) sentences.push(words.slice(at, at + 9).join(' '));
  return sentences.map((sentence) => `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}.`).join(' ');
}

export function loremIpsum(list: readonly Data[], named: ReadonlyMap<string, Data>): Data {
  const { values } = bind('generate_lorem_ipsum', [['n', 5], ['html', true], ['min', 20], ['max', 100]], { list, named });
  const [count = 5, html = true, least = 20, most = 100] = values;
  const paragraphs = Array.from({ length: whole(count) }, () => paragraph(whole(least), whole(most)));
  return truth(html) ? new Markup(paragraphs.map((text) => `<p>${text}</p>`).join('\n')) : paragraphs.join('\n\n');
}
