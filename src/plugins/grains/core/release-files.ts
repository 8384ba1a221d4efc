/** The files in which distributions say who they are: os-release, lsb-release and older ones. Text in, facts out. */

export type Fields = Readonly<Record<string, string>>;

/** What the standard takes for granted. */
const OS_RELEASE_DEFAULTS: Fields = { NAME: 'Linux', ID: 'linux', PRETTY_NAME: 'Linux' };

/** Source: freedesktop.org os-release(5); observed, Python 3.11 `platform.freedesktop_os_release`. */
export function parseOsRelease(text: string): Fields {
  const fields: Record<string, string> = { ...OS_RELEASE_DEFAULTS };
  for (const line of text.split('\n')) {
    const match = /^([A-Za-z0-9_]+)=(["']?)(.*)\2$/.exec(line.trimEnd());
    if (match !== null) fields[match[1] as string] = (match[3] as string).replace(/\\([\\$"'`])/g, '$1');
  }
  return fields;
}

/** Grains `lsb_distrib_*` of `/etc/lsb-release`. */
export function parseLsbRelease(text: string): Fields {
  const grains: Record<string, string> = {};
  for (const line of text.split('\n')) {
    const match = /^(DISTRIB_(?:ID|RELEASE|CODENAME|DESCRIPTION))=['"]?([\p{L}\p{N}_\s.-]+)['"]?/u.exec(line);
    if (match !== null) grains[`lsb_${(match[1] as string).toLowerCase()}`] = (match[2] as string).trimEnd();
  }
  return grains;
}

export interface CpeName {
  readonly vendor: string;
  readonly version: string;
}

/** Vendor and version of a `CPE_NAME`, empty where it has none; undefined when the text is no such name. */
export function parseCpeName(text: string): CpeName | undefined {
  const parts = text.split(':');
  if (parts.length <= 4 || parts[0] !== 'cpe') return undefined;
  const isUri = parts[1]?.startsWith('/') === true;
  const isText = parts[1] === '2.3' && (parts.length === 6 || (parts.length > 7 && parts.length <= 13));
  if (!isUri && !isText) return undefined;
  const [vendor = '', , version = ''] = parts.slice(isUri ? 2 : 3);
  const given = (part: string): string => (isText && part === '*' ? '' : part);
  return { vendor: given(vendor), version: given(version) };
}

/** First line of a file such as `/etc/redhat-release`: `Name release 1.2 (Codename)`. */
export interface ReleaseLine {
  readonly name: string;
  readonly version: string;
  readonly codename: string;
}

/** Source: observed, Python package distro 1.9: read from the end, so that a name may have digits. */
export function parseReleaseLine(line: string): ReleaseLine {
  const text = line.trim();
  const match = /^(.+?) *(?:release *)?(\d[\d.+\-a-z]*)(?: LTS)? *(?:\((.*)\)[^)]*)?$/.exec(text);
  if (match === null) return { name: text, version: '', codename: '' };
  return { name: match[1] as string, version: match[2] as string, codename: match[3] ?? '' };
}
