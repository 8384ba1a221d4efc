/** Grain `os`: Salt's short name of a distribution. */
import { OS_BY_ID_AND_NAME, OS_BY_SHORT_NAME } from './os-names.data.js';

/** Of a distribution's full name; `id` is that of os-release. */
export function osOfName(fullName: string, id?: string): string {
  const known = id === undefined ? undefined : OS_BY_ID_AND_NAME[`${id}\n${fullName}`];
  if (known !== undefined) return known;
  const name = fullName.replace(/[^\p{L}\p{N}_](?:gnu\/)?linux/giu, '').trim();
  const short = Array.from(name.replaceAll(' ', '').toLowerCase()).slice(0, 10).join('');
  return Object.hasOwn(OS_BY_SHORT_NAME, short) ? OS_BY_SHORT_NAME[short] as string : name;
}
