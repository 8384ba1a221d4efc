/** Lines for a log that must not tell values: those of pillar files, and what templates made of pillar. */
const COVER = '**********';

/** Prose with its texts in quotes covered. */
export const coveredText = (text: string): string => text.split('\n').map(coveredLine).join('\n');

/** Lines of a file with names, Jinja and marks as they are, and asterisks for everything that may be a value. */
export function covered(excerpt: string): string {
  return excerpt.split('\n').map((line) => (line === '---' || line === '[...]' ? line : coveredLine(line))).join('\n');
}

/** The number in front of a line, its indentation, the key, the value, the mark behind it. */
const LINE = /^([> ]*\d+ \| )?(\s*(?:- +)*)(?:(["']?)([^\s"':{}[\]!&*|>%@`#,][^"':{}[\]]*)\3(\s*:(?=\s|$)\s*))?(.*?)(\s*<={3,})?$/;
const JINJA = /(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})/;

function coveredLine(line: string): string {
  const [, number = '', indent = '', quote = '', key, colon = '', value = '', mark = ''] = LINE.exec(line) ?? [];
  const isData = key !== undefined || number !== '' || indent.includes('-');
  const shownKey = key === undefined ? '' : `${quote}${isName(key) ? key : COVER}${quote}${colon}`;
  return `${number}${indent}${shownKey}${value.split(JINJA).map((part) => coveredPart(part, isData)).join('')}${mark}`;
}

/** Prose, such as the words of an error, has its texts in quotes covered; data is covered whole. */
function coveredPart(part: string, isData: boolean): string {
  if (JINJA.test(part) || !isData) return coveredTexts(part);
  return part.trim() === '' || /^\^+$/.test(part.trim()) ? part : COVER;
}

/** Texts in quotes, unless they can only be names. */
const coveredTexts = (text: string): string =>
  text.replace(/(["'])((?:\\.|(?!\1).)*)\1/g, (whole, quote: string, inner: string) => (isName(inner) ? whole : `${quote}${COVER}${quote}`));

/** Words that people use for things: long ones with digits in them look like keys and tokens. */
const isName = (word: string): boolean => /^[\w.:/ -]{0,60}$/.test(word) && (!/\d/.test(word) || word.length <= 12);
