/** Packages whose state changed: installed, gone, to be upgraded. Source: read, Salt 3008.3. Differs: `refresh` is heeded. */
import { beaconOptions, defineBeacon } from '../../kernel/contract/beacon.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isMap, isTruthy, mapGet, type PlainMap, type Value } from '../../kernel/std/value.js';

export default defineBeacon({
  name: 'pkg', knowsChanges: true,
  doc: 'Packages whose state changed: `pkgs: [zsh, apache2]`, `refresh`.',
  virtual: async (ctx) => await ctx.has('pkg.upgrade_available') || 'pkg.upgrade_available is missing.',
  validate(config) {
    if (!isList(config)) return [false, 'Configuration for pkg beacon must be a list.'];
    const hasList = config.some((part) => isMap(part) && isList(mapGet(part, 'pkgs') ?? null));
    return hasList ? [true, 'Valid beacon configuration'] : [false, 'Configuration for pkg beacon requires list of pkgs.'];
  },
  async beacon(config, ctx) {
    const names = config.flatMap(({ pkgs }) => (isList(pkgs ?? null) ? (pkgs as readonly Value[]).map(str) : []));
    const refresh = isTruthy(beaconOptions(config)['refresh']);
    const events: PlainMap[] = [];
    for (const [at, pkg] of names.entries()) {
      let version: Value = await ctx.call('pkg.version', [pkg], { use_context: false });
      let status = 'not-installed';
      if (isTruthy(version)) {
        // Once is enough for all.
        const latest = await ctx.call('pkg.latest_version', [pkg], { refresh: refresh && at === 0 });
        status = isTruthy(latest) ? 'upgrade' : 'installed';
        if (isTruthy(latest)) version = latest;
      } else version = null;
      const before = ctx.memory.get(pkg);
      ctx.memory.set(pkg, status);
      if (before !== undefined && before !== status) events.push({ pkg, version, status });
    }
    return events;
  },
});
