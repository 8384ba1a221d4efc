/** Grain `lvm`: volume groups with the names of their volumes, where the program `lvm` is. */
import { defineGrains } from '../../kernel/contract/plugin.js';
import { mapFrom } from '../../kernel/std/value.js';
import { ask } from './core/look.js';

const linesOf = (text: string): string[] => text.split('\n').map((line) => line.trim()).filter((line) => line !== '');

export default defineGrains({
  name: 'lvm',
  async grains(ctx) {
    const lvm = await ctx.sys.which('lvm');
    if (lvm === undefined) return {};
    const [groups, volumes] = await Promise.all([
      ask(ctx, [lvm, 'vgs', '-o', 'vg_name', '--noheadings']),
      ask(ctx, [lvm, 'lvs', '-o', 'vg_name,lv_name', '--noheadings']),
    ]);
    const pairs = linesOf(volumes?.text ?? '').map((line) => line.split(/\s+/));
    return {
      lvm: mapFrom(linesOf(groups?.text ?? '').map((group) =>
        [group, pairs.filter(([owner]) => owner === group).map(([, volume = '']) => volume)] as const)),
    };
  },
});
