/** Reads what pvdisplay, vgdisplay and lvdisplay print with `-c`: fields between colons. Source: read, Salt 3008.3; output of LVM 2.03.16. */
import type { PlainMap } from '../../../kernel/std/value.js';

export const PHYSICAL: readonly string[] = [
  'Physical Volume Device', 'Volume Group Name', 'Physical Volume Size (kB)', 'Internal Physical Volume Number', 'Physical Volume Status', 'Physical Volume (not) Allocatable',
  'Current Logical Volumes Here', 'Physical Extent Size (kB)', 'Total Physical Extents', 'Free Physical Extents', 'Allocated Physical Extents',
];
export const GROUP: readonly string[] = [
  'Volume Group Name', 'Volume Group Access', 'Volume Group Status', 'Internal Volume Group Number', 'Maximum Logical Volumes', 'Current Logical Volumes', 'Open Logical Volumes',
  'Maximum Logical Volume Size', 'Maximum Physical Volumes', 'Current Physical Volumes', 'Actual Physical Volumes', 'Volume Group Size (kB)', 'Physical Extent Size (kB)', 'Total Physical Extents',
  'Allocated Physical Extents', 'Free Physical Extents', 'UUID',
];
export const LOGICAL: readonly string[] = [
  'Logical Volume Name', 'Volume Group Name', 'Logical Volume Access', 'Logical Volume Status', 'Internal Logical Volume Number', 'Open Logical Volumes', 'Logical Volume Size',
  'Current Logical Extents Associated', 'Allocated Logical Extents', 'Allocation Policy', 'Read Ahead Sectors', 'Major Device Number', 'Minor Device Number',
];

/** pvdisplay ends each line with the UUID, which Salt does not show. */
const UNSHOWN: ReadonlyMap<readonly string[], number> = new Map([[PHYSICAL, 1]]);

/** Differs: colons in the name of a device (`/dev/disk/by-path/pci-0000:00:1f.2`) belong to the name; lines that are no rows are left out. */
export function rowsOf(text: string, labels: readonly string[]): Record<string, string>[] {
  const width = labels.length + (UNSHOWN.get(labels) ?? 0);
  return text.split('\n').flatMap((line) => {
    const parts = line.trim().split(':');
    const more = parts.length - width;
    if (more < 0) return [];
    const fields = [parts.slice(0, more + 1).join(':'), ...parts.slice(more + 1)];
    return [Object.fromEntries(labels.map((label, at) => [label, fields[at] ?? '']))];
  });
}

export const byFirst = (rows: readonly Record<string, string>[], labels: readonly string[]): PlainMap =>
  Object.fromEntries(rows.map((row) => [row[labels[0] ?? ''] ?? '', row]));
