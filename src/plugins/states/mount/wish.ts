/** What `mount.mounted` is asked for, and what is mounted now. */
import type { Context } from '../../../kernel/contract/context.js';
import { isList, isPlainMap, type PlainMap, type Value } from '../../../kernel/std/value.js';

export interface Wish {
  readonly name: string;
  readonly device: string;
  readonly fstype: string;
  readonly mkmnt: Value;
  readonly opts: readonly string[];
  readonly dump: Value;
  readonly passNum: Value;
  readonly config: string;
  readonly persist: boolean;
  readonly mount: boolean;
  readonly user: Value;
  readonly matchOn: Value;
  readonly deviceNameRegex: readonly string[];
  readonly invisibleOptions: readonly string[];
  readonly invisibleKeys: readonly string[];
  readonly ignoredKeys: Readonly<Record<string, readonly string[]>>;
  readonly translations: Readonly<Record<string, string>>;
  readonly copyBindOptions: boolean;
}

export interface Active {
  readonly device: string;
  readonly opts: readonly string[];
  readonly superopts: readonly string[];
  /** Other names of the device. */
  readonly otherNames: readonly string[];
}

/** The kernel writes a space so. */
export const kernelPath = (path: string): string => path.replaceAll(' ', '\\040');

const texts = (value: Value | undefined): string[] => (isList(value) ? value.map(String) : []);

/** What is mounted, by mount point as the kernel writes it. */
export async function activeMounts(ctx: Context): Promise<Map<string, Active>> {
  const table = await ctx.call('mount.active', [], { extended: true });
  const entries = table instanceof Map ? [...table] : Object.entries(table as PlainMap);
  return new Map(entries.map(([point, facts]) => [String(point), activeOf(isPlainMap(facts) ? facts : {})]));
}

function activeOf(facts: PlainMap): Active {
  const others = [facts['alt_device'], facts['device_uuid'], facts['device_label']];
  return {
    device: String(facts['device']), opts: texts(facts['opts']), superopts: texts(facts['superopts']),
    otherNames: others.filter((name): name is string => typeof name === 'string' && name !== ''),
  };
}
