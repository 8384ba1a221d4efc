/** Reads what mdadm tells of arrays and their devices. Source: read, Salt 3008.3; texts of mdadm 4.2. */
import { mapFrom, type PlainMap, type ValueMap } from '../../../kernel/std/value.js';
import { fields } from '../lookup/programs.js';

/** `ARRAY /dev/md0 metadata=1.2 name=web1:0 UUID=...`. */
export function parseScan(text: string): ValueMap {
  return mapFrom(text.split('\n').filter((line) => line.includes(' ')).map((line) => {
    const [, device = '', ...facts] = fields(line);
    const pairs = facts.filter((fact) => fact.includes('=')).map((fact) => [fact.slice(0, fact.indexOf('=')).toLowerCase(), fact.slice(fact.indexOf('=') + 1)]);
    return [device, { device, ...Object.fromEntries(pairs) as PlainMap }];
  }));
}

/** `       0       8       16        0      active sync   /dev/sdb`. */
function memberOf(line: string): PlainMap {
  const words = fields(line);
  const [number = '', major = '', minor = '', raiddevice = ''] = words;
  return { device: words.at(-1) ?? '', major, minor, number, raiddevice, state: words.slice(4, -1).join(' ') };
}

/** Differs: lines with a colon that tell no fact are left out; Salt breaks off. */
export function parseDetail(text: string, device: string): PlainMap {
  const lines = text.split('\n').filter((line) => !line.startsWith(device) && line.includes(' '));
  const members = lines.filter((line) => !line.includes(':') && line.includes('/dev/')).map(memberOf);
  const facts = lines.flatMap((line) => {
    const [name = '', value] = line.split(' : ');
    return value === undefined ? [] : [[name.trim().toLowerCase().replaceAll(' ', '_'), value.trim()]];
  });
  return { members: mapFrom(members.map((member) => [member['number'] ?? '', member])), ...Object.fromEntries(facts) as PlainMap };
}

/** `MD_LEVEL=raid1`. */
export const parseExamine = (text: string): PlainMap => Object.fromEntries(
  text.split('\n').filter((line) => line !== '').map((line) => (line.includes('=') ? [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)] : [line, ''])),
);

/** Facts that break the start of Ubuntu when they stand in mdadm.conf. */
export const withoutNames = (line: string): string => line.replaceAll(/\s(?:name|metadata)=\S+/gi, '');
