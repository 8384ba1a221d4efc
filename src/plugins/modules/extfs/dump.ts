/** Reads what dumpe2fs tells of a file system. Source: read, Salt 3008.3; output of e2fsprogs 1.47. */
import type { PlainMap } from '../../../kernel/std/value.js';

interface Group extends PlainMap {
  group: string;
  range: string;
  extra: string[];
}

const isGroup = (line: string): boolean => line.startsWith('Group') && !line.startsWith('Group descriptor size');

function attributeOf(line: string): [string, string | string[]] | undefined {
  const [name = '', value] = line.replaceAll('\t', ' ').split(': ');
  if (value === undefined) return undefined;
  return [name, line.startsWith('Filesystem features') ? value.trim().split(/\s+/) : value.trim()];
}

/** `Group 0: (Blocks 1-1023) csum 0x1234 [ITABLE_ZEROED]`. */
function newGroup(line: string): Group {
  const words = line.replaceAll(/[:()[\]]/g, '').split(/\s+/);
  return { group: words[1] ?? '', range: words[3] ?? '', extra: [] };
}

export function parseDump(lines: readonly string[]): { attributes: PlainMap; blocks: PlainMap } {
  const [attributes, blocks]: [PlainMap, PlainMap] = [{}, {}];
  let group: Group | undefined;
  for (const line of lines.filter((one) => one !== '' && !one.startsWith('dumpe2fs'))) {
    if (isGroup(line)) {
      group = newGroup(line);
      blocks[`Group ${group.group}`] = group;
    } else if (group === undefined) {
      const found = attributeOf(line);
      if (found !== undefined) attributes[found[0]] = found[1];
    } else {
      const free = /Free (blocks|inodes):/.exec(line)?.[1];
      if (free === undefined) group.extra.push(line.trim());
      else group[`free ${free}`] = (line.split(': ')[1] ?? '').split(', ');
    }
  }
  return { attributes, blocks };
}
