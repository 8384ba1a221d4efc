/** Grain `mdadm`: software RAID devices in `/proc/mdstat`, sorted. */
import { defineGrains } from '../../kernel/contract/plugin.js';
import { textOf } from './core/look.js';

const isDevice = (line: string): boolean =>
  line.includes(' : ') && !line.startsWith('Personalities : ') && !line.startsWith('unused devices:');

export default defineGrains({
  name: 'mdadm',
  async grains(ctx) {
    const text = await textOf(ctx, '/proc/mdstat');
    if (text === undefined) return {};
    const devices = text.split('\n').filter(isDevice).map((line) => line.split(' : ')[0] ?? '');
    return { mdadm: [...new Set(devices)].sort() };
  },
});
