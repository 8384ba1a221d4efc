/** Results as messages of a chat: fixed-width text. Source: the documentation of Salt 3006, returners `slack` and `mattermost`. */
import { str } from '../../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';

/** The fields of a result; `returned` is its value as text. */
export function resultText(ret: Readonly<PlainMap>, returned: string): string {
  const text = (field: string): string => str(ret[field] ?? null);
  return `id: ${text('id')}\r\nfunction: ${text('fun')}\r\nfunction args: ${text('fun_args')}\r\njid: ${text('jid')}\r\nreturn: ${returned}\r\n`;
}

/** Between marks of fixed width; what the chat would refuse as too long is cut off, and said to be. */
export function fixedWidth(text: string, charsMax: number): string {
  const whole = text.length <= charsMax ? text : `${text.slice(0, charsMax)}\n(${text.length - charsMax} more characters)`;
  return `\`\`\`${whole}\`\`\``;
}

export function form(fields: Readonly<Record<string, string>>): string {
  return new URLSearchParams(fields).toString();
}

export const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' } as const;

export const asText = (value: Value | undefined): string => str(value ?? null);
