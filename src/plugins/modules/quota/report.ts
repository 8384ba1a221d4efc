/** Reads what repquota and quotaon print. Source: read, Salt 3008.3; output of quota 4.06. */
import { mapFrom, type PlainMap, type Value, type ValueMap } from '../../../kernel/std/value.js';

export type Kind = 'Users' | 'Groups';

const FACTS = ['block-used', 'block-soft-limit', 'block-hard-limit', 'block-grace', 'file-used', 'file-soft-limit', 'file-hard-limit', 'file-grace'];
/** `games     +-      54      50      60 1795909331       1     0     0      0`; a name may have blanks. */
const ROW = /^(\S.*?)\s+[+-]{2}((?:\s+\S+){8})\s*$/;

export interface Report {
  readonly graces: PlainMap;
  /** By name of the user or group. */
  readonly rows: readonly (readonly [name: string, facts: Readonly<Record<string, string>>])[];
}

export function parseReport(text: string): Report {
  const graces: PlainMap = {};
  const rows: [string, Record<string, string>][] = [];
  for (const line of text.split('\n')) {
    const times = /Block grace time: (.*); Inode grace time: (.*)/.exec(line);
    if (times !== null) Object.assign(graces, { 'Block Grace Time': [times[1] ?? ''], 'Inode Grace Time': [times[2] ?? ''] });
    const row = ROW.exec(line);
    if (row === null) continue;
    const values = (row[2] ?? '').trim().split(/\s+/);
    rows.push([row[1] ?? '', Object.fromEntries(FACTS.map((fact, at) => [fact, values[at] ?? '']))]);
  }
  return { graces, rows };
}

/** As Salt tells it: rows first, then the times. */
export const shownReport = (kind: Kind, { graces, rows }: Report): PlainMap => ({ [kind]: mapFrom(rows) as Value, ...graces });

/** `user quota on /srv/a b (/dev/sda1) is on (enforced)`; Salt cuts a path at its blanks. */
const MODE = /^(\w+) quota on (.+) \((.*?)\) is (\w+)/;

export function parseModes(text: string, device: string): ValueMap {
  const found = new Map<string, PlainMap | string>();
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (line.startsWith('quotaon: Cannot ')) return mapFrom([...found, [device, 'Not found']]);
    const none = /^quotaon: Mountpoint \(or device\) (.*) not found or has no quota enabled/.exec(line);
    if (none !== null) found.set(none[1] ?? '', 'disabled');
    const [, kind = '', mount = '', disk = '', mode = ''] = MODE.exec(line) ?? [];
    if (kind === '') continue;
    const known = found.get(mount);
    found.set(mount, { ...typeof known === 'object' ? known : { device: disk }, [kind]: mode });
  }
  return mapFrom(found);
}
