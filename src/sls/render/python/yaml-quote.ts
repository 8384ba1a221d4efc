/** Quoted YAML scalars as PyYAML writes them in one line, for text that goes into YAML by hand. */
const SHORT: ReadonlyMap<string, string> = new Map([
  ['\0', '\\0'], ['\u0007', '\\a'], ['\b', '\\b'], ['\t', '\\t'], ['\n', '\\n'], ['\v', '\\v'], ['\f', '\\f'], ['\r', '\\r'],
  ['\u001b', '\\e'], ['"', '\\"'], ['\\', '\\\\'], ['\u0085', '\\N'], ['\u00a0', '\\_'], ['\u2028', '\\L'], ['\u2029', '\\P'],
]);

/** `"text"`; with `unicode` printable characters of the basic plane stay as they are. Golden: render/sf-yaml_encode-unicode. */
export function doubleQuoted(text: string, unicode: boolean): string {
  let out = '"';
  for (const character of text) {
    const code = character.codePointAt(0) as number;
    const short = SHORT.get(character);
    if (short !== undefined) out += short;
    else if ((code >= 0x20 && code < 0x7f) || (unicode && isPrintable(code))) out += character;
    else out += numeric(code);
  }
  return `${out}"`;
}

function isPrintable(code: number): boolean {
  return (code > 0xa0 && code < 0xd800) || (code >= 0xe000 && code <= 0xfffd && code !== 0xfeff);
}

function numeric(code: number): string {
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** `'text'`: a row of line breaks begins with one more. Golden: render/sf-yaml_squote. */
export function singleQuoted(text: string): string {
  return `'${text.replaceAll("'", "''").replace(/[\n\u0085\u2028\u2029]+/g, (breaks) => (breaks.startsWith('\n') ? `\n${breaks}` : breaks))}'`;
}
