/** Services of Debian without a running systemd: scripts in `/etc/init.d`, links in `/etc/rc?.d`. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap } from '../../kernel/std/value.js';
import { answerByName, serviceName } from './service/names.js';
import { namesIn, SCRIPT_FOLDER } from './service/on-disk.js';
import { SYSTEMD_FUNCTIONS } from './service/systemd-functions.js';
import { isBooted } from './service/systemctl.js';

async function succeeds(words: readonly string[], ctx: Context, options: PlainMap = {}): Promise<boolean> {
  return (await ctx.call('cmd.retcode', [words], { python_shell: false, ...options })) === 0;
}

const service = (name: string, action: string, ctx: Context, options: PlainMap = {}): Promise<boolean> =>
  succeeds(['service', serviceName(name), action], ctx, options);

/** Outside of a started system `runlevel` says `unknown` and fails; Salt keeps that exit code (observed). */
async function runLevel(ctx: Context): Promise<string> {
  const said = str(await ctx.call('cmd.run', ['runlevel']));
  return said.includes('unknown') ? '2' : said.trim().split(/\s+/)[1] ?? '2';
}

/** Services with a start link. What follows the last number of the link is taken for the name, as in Salt (observed: `-common` of `S01x11-common`). */
async function enabledServices(ctx: Context): Promise<string[]> {
  const folders = ['/etc/rcS.d', `/etc/rc${await runLevel(ctx)}.d`];
  const links = (await Promise.all(folders.map((folder) => namesIn(folder, ctx)))).flat();
  return [...new Set(links.filter((link) => link.startsWith('S')).map((link) => link.split(/\d+/).at(-1) ?? ''))].toSorted();
}

async function allServices(ctx: Context): Promise<string[]> {
  const scripts = (await namesIn(SCRIPT_FOLDER, ctx)).filter((name) => name !== 'README' && !name.startsWith('.'));
  return [...new Set([...scripts, ...(await enabledServices(ctx))])].toSorted();
}

async function disabledServices(ctx: Context): Promise<string[]> {
  const all = await allServices(ctx);
  const enabled = await enabledServices(ctx);
  return all.filter((name) => !enabled.includes(name));
}

const byName = { name: p.string() } as const;
const byNameAndMore = { name: p.string(), kwargs: p.keywords() } as const;

export default defineModule({
  name: 'debian_service',
  serves: 'service',
  when: { os: ['Debian', 'Raspbian', 'Devuan', 'NILinuxRT'] },
  doc: 'Starts, stops and enables services by their init scripts. Where systemd is installed but does not run, what it can tell without running is here too.',
  virtual: (ctx) => !isBooted(ctx) || 'The debian_service module could not be loaded: unsupported OS family and/or systemd running.',
  functions: {
    start: fn({
      doc: "Starts a service.\nsalt '*' service.start foo",
      params: byName,
      run: ({ name }, ctx) => service(name, 'start', ctx),
    }),
    stop: fn({
      doc: "Stops a service.\nsalt '*' service.stop foo",
      params: byName,
      run: ({ name }, ctx) => service(name, 'stop', ctx),
    }),
    restart: fn({
      doc: "Stops and starts a service.\nsalt '*' service.restart foo",
      params: byName,
      run: ({ name }, ctx) => service(name, 'restart', ctx),
    }),
    reload: fn({
      doc: "Makes a service read its configuration anew.\nsalt '*' service.reload foo",
      params: byName,
      run: ({ name }, ctx) => service(name, 'reload', ctx),
    }),
    force_reload: fn({
      doc: "Reloads a service that can, restarts one that cannot.\nsalt '*' service.force_reload foo",
      params: byName,
      run: ({ name }, ctx) => service(name, 'force-reload', ctx),
    }),
    status: fn({
      doc: "Says whether a service runs; a mapping for a pattern.\nsalt '*' service.status foo",
      params: { name: p.string(), sig: p.any(null, 'Text to look for in the list of processes instead') },
      async run({ name, sig }, ctx) {
        if (isTruthy(sig)) return isTruthy(await ctx.call('status.pid', [sig]));
        return answerByName(name, () => allServices(ctx), (one) => service(one, 'status', ctx, { ignore_retcode: true }));
      },
    }),
    enable: fn({
      doc: "Starts a service at boot.\nsalt '*' service.enable foo",
      params: byNameAndMore,
      async run({ name }, ctx) {
        // As Salt, both tools must be there and succeed; the name is one word that needs no quotes.
        const safe = serviceName(name);
        if (!/^[\w@.:+-]+$/.test(safe)) return false;
        return (await ctx.call('cmd.retcode', [`insserv ${safe} && update-rc.d ${safe} enable`], { python_shell: true })) === 0;
      },
    }),
    disable: fn({
      doc: "Does not start a service at boot.\nsalt '*' service.disable foo",
      params: byNameAndMore,
      run: ({ name }, ctx) => succeeds(['update-rc.d', serviceName(name), 'disable'], ctx),
    }),
    enabled: fn({
      doc: "Says whether a service is started at boot.\nsalt '*' service.enabled foo",
      params: byNameAndMore,
      run: async ({ name }, ctx) => (await enabledServices(ctx)).includes(name),
    }),
    disabled: fn({
      doc: "Says whether a service is not started at boot.\nsalt '*' service.disabled foo",
      params: byName,
      run: async ({ name }, ctx) => (await disabledServices(ctx)).includes(name),
    }),
    available: fn({
      doc: "Says whether a service is known.\nsalt '*' service.available foo",
      params: byName,
      run: async ({ name }, ctx) => (await allServices(ctx)).includes(name),
    }),
    missing: fn({
      doc: "Says whether a service is not known.\nsalt '*' service.missing foo",
      params: byName,
      run: async ({ name }, ctx) => !(await allServices(ctx)).includes(name),
    }),
    get_all: fn({
      doc: "Lists all services.\nsalt '*' service.get_all",
      params: {},
      run: (_args, ctx) => allServices(ctx),
    }),
    get_enabled: fn({
      doc: "Lists the services that are started at boot.\nsalt '*' service.get_enabled",
      params: {},
      run: (_args, ctx) => enabledServices(ctx),
    }),
    get_disabled: fn({
      doc: "Lists the services that are not started at boot.\nsalt '*' service.get_disabled",
      params: {},
      run: (_args, ctx) => disabledServices(ctx),
    }),
    ...SYSTEMD_FUNCTIONS,
  },
});
