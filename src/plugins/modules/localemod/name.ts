/** Names of locales: `de_DE.UTF-8@euro UTF-8`. */
import { CommandExecutionError, InvocationError } from '../../../kernel/contract/errors.js';

export interface LocaleName {
  readonly language: string;
  readonly territory: string;
  readonly codeset: string;
  readonly modifier: string;
  readonly charmap: string;
}

/** @throws InvocationError for a name that could be more than a name */
export function splitLocale(name: string): LocaleName {
  if (!/^[A-Za-z0-9_.@ -]+$/.test(name) || name.startsWith('-')) throw new InvocationError(`Locale '${name}' is not valid`);
  const [rest, charmap] = cut(name, ' ');
  const [place, modifier] = cut(rest, '@');
  const [region, codeset] = cut(place, '.');
  const [language, territory] = cut(region, '_');
  return { language, territory, codeset, modifier, charmap };
}

function cut(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + mark.length)];
}

export function joinLocale({ language, territory, codeset, modifier, charmap }: LocaleName): string {
  const part = (mark: string, value: string): string => (value === '' ? '' : `${mark}${value}`);
  return `${language}${part('_', territory)}${part('.', codeset)}${part('@', modifier)}${part(' ', charmap)}`;
}

/** Comparable: `de_DE.utf8` for all ways to write it. */
export function normalLocale(name: string): string {
  const locale = splitLocale(name);
  return joinLocale({ ...locale, codeset: locale.codeset.toLowerCase().replaceAll('-', ''), charmap: '' });
}

/** `language: value` of localectl. @throws CommandExecutionError when nothing can be read */
export function readLocalectl(text: string): ReadonlyMap<string, string> {
  const system = new Map<string, string>();
  let key = '';
  for (const line of text.trim().split('\n')) {
    const [, name, rest] = /^(.*?): (.*)$/.exec(line) ?? [];
    if (name !== undefined) key = name.trim().toLowerCase().replaceAll(' ', '_');
    const [, variable, value] = /^([^=]+)=([^=]*)$/.exec((rest ?? line).trim()) ?? [];
    if (key === 'system_locale' && variable !== undefined) system.set(variable, value ?? '');
  }
  if (key === '') throw new CommandExecutionError('Unable to parse result of "localectl"');
  return system;
}
