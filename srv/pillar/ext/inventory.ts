/** An external pillar of your own. Lies in `<extension_modules>/pillar/`; asked by `ext_pillar: [{inventory: {rooms: {...}}}]`. */
import { defineExtPillar, isMap, mapGet, p } from 'tsalt/plugin';

export default defineExtPillar({
  name: 'inventory',
  doc: 'The room of the minion.',
  params: { rooms: p.any() },
  extPillar({ rooms }, ctx, { id }) {
    const room = isMap(rooms) ? mapGet(rooms, id) : undefined;
    return room === undefined ? {} : { inventory: { room, os: ctx.grains['os'] ?? null } };
  },
});
