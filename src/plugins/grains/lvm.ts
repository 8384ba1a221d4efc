/** Grain `lvm`: volume groups with the names of their volumes, where the program `lvm` is. */
import { defineGrains } from '../../kernel/contract/plugin.js';
import { mapFrom } from '../../kernel/std/value.js';
import { ask } from './core/look.js';

const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');

export default defineGrains({
  name: 'lvm',
  quick: () => ({}),
  later: ['lvm'],
  async grains(ctx) {
    const lvm = await ctx.sys.which('lvm');
    if (lvm === undefined) return {};
    const groups = linesOf((await ask(ctx, [lvm, 'vgs', '-o', 'vg_name', '--noheadings']))?.text ?? '');
    if (groups.length === 0) return { lvm: {} };
    const volumes = await ask(ctx, [lvm, 'lvs', '-o', 'vg_name,lv_name', '--noheadings']);
    const pairs = linesOf(volumes?.text ?? '').map((line) => line.split(/\s+/));
    return {
      lvm: mapFrom(groups.map((group) =>
        [group, pairs.filter(([owner]) => owner === group).map(([, volume = '']) => volume)] as const)),
    };
  },
});
