import { defineModule, fn, p } from 'tsalt/plugin';

export default defineModule({
  name: 'shop',
  doc: 'What the load balancer wants to know of a host.',
  functions: {
    member: fn({
      doc: "Gives the address where this host serves, None while its service does not run. For the mine.\nsalt '*' shop.member shop",
      params: { service: p.string('shop') },
      run: async ({ service }, ctx) => (await ctx.call('service.status', [service]) ? ctx.grains.listen ?? null : null),
    }),
  },
});
