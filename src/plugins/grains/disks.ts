/** Grains `disks` and `ssds`: block devices that turn, and those that do not. Virtual ones are left out. */
import { defineGrains } from '../../kernel/contract/plugin.js';
import { linkOf, namesIn, textOf } from './core/look.js';

export default defineGrains({
  name: 'disks',
  async grains(ctx) {
    const names = await namesIn(ctx, '/sys/block') ?? [];
    const kinds = await Promise.all(names.map(async (name) => {
      const target = await linkOf(ctx, `/sys/block/${name}`) ?? '';
      if (target.startsWith('../devices/virtual/')) return undefined;
      return (await textOf(ctx, `/sys/block/${name}/queue/rotational`))?.charAt(0);
    }));
    const ofKind = (kind: string): string[] => names.filter((_, at) => kinds[at] === kind);
    return { disks: ofKind('1'), ssds: ofKind('0') };
  },
});
