/** Settings of the whole system: whether interfaces are configured at boot, name, domain. Source: read and observed, Salt 3008.3. */
import type { Context } from '../../../kernel/contract/context.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, isList, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { refuse, switchOf, SWITCH_WORDS } from '../ip/refusal.js';
import { fileLines } from './routes.js';

const DEFAULTS_FILE = '/etc/default/networking';
const NAME_FILE = '/etc/hostname';
const RESOLVER_FILE = '/etc/resolv.conf';
const UBUNTU_WITHOUT_DEFAULTS = 12;

interface Global {
  readonly networking: string;
  readonly hostname: string;
  readonly domain: string;
  readonly search: string;
}

const defaultsText = (networking: string): string => `# Configuration for networking init script being run during
# the boot sequence

# Set to 'no' to skip interfaces configuration on boot
CONFIGURE_INTERFACES=${networking}

# Don't configure these interfaces. Shell wildcards supported/
#EXCLUDE_INTERFACES=

# Set to 'yes' to enable additional verbosity
#VERBOSE=no`;

/** Ubuntu from 12 on keeps no file for it: the service is enabled or not. */
const hasNoDefaultsFile = ({ grains }: Context): boolean =>
  grains['osfullname'] === 'Ubuntu' && Number(str(grains['osrelease'] ?? '').split('.')[0]) >= UBUNTU_WITHOUT_DEFAULTS;

const lines = async (path: string, ctx: Context): Promise<string[]> => (await ctx.sys.readText(path) ?? '').split('\n');
const wordsOf = (line: string): string[] => line.trim().split(/\s+/);

/** Values of the last line with this word. */
function resolverValues(text: readonly string[], word: string): string[] {
  const found = text.map(wordsOf).findLast(([first]) => first?.toLowerCase() === word)?.slice(1) ?? [];
  const comment = found.findIndex((one) => /^[#;]/.test(one));
  return comment < 0 ? found : found.slice(0, comment);
}

async function current(ctx: Context): Promise<Global> {
  const switches = (await lines(DEFAULTS_FILE, ctx)).filter((line) => line.startsWith('CONFIGURE_INTERFACES'));
  const resolver = await lines(RESOLVER_FILE, ctx);
  return {
    networking: (switches.at(-1)?.split('=').slice(1).join('=') ?? '').trim(),
    hostname: (await lines(NAME_FILE, ctx))[0] ?? '',
    domain: resolverValues(resolver, 'domain')[0] ?? '',
    // Differs: Salt shows the list as Python prints it, so that a wish in words always differs from it.
    search: resolverValues(resolver, 'search').join(' '),
  };
}

const shown = ({ networking, hostname, domain, search }: Global): string[] =>
  fileLines([['NETWORKING', networking], ['HOSTNAME', hostname], ['DOMAIN', domain], ['SEARCH', search]].map(([word, value]) => (value === '' ? '' : `${word ?? ''}=${value ?? ''}\n`)).join(''));

async function running(ctx: Context): Promise<string> {
  const runs = await ctx.call('service.available', ['networking']) === true && isTruthy(await ctx.call('service.status', ['networking']));
  return runs ? 'yes' : 'no';
}

export async function networkSettings(ctx: Context): Promise<string[]> {
  const now = await current(ctx);
  return shown(hasNoDefaultsFile(ctx) ? { ...now, networking: await running(ctx), search: '' } : now);
}

const refuseGlobal = (setting: string, expected: readonly Value[]): never => refuse(`Invalid network setting -- Setting: ${setting}, Expected: [${expected.map(str).join('|')}]`);

function wishOf(settings: Readonly<PlainMap>, now: Global): Global {
  const given = new Map(Object.entries(settings).map(([name, value]) => [name.toLowerCase(), value]));
  const on = switchOf(given.get('enabled') ?? now.networking);
  const networking = on === undefined ? refuseGlobal('networking', SWITCH_WORDS) : on ? 'yes' : 'no';
  const hostname = given.get('hostname') ?? now.hostname;
  if (!isTruthy(hostname) || /[\n\r]/.test(str(hostname))) refuseGlobal('hostname', ['server1.example.com']);
  const [short = '', ...domain] = str(hostname).split('.');
  const search = given.get('search') ?? now.search;
  if (/[\n\r]/.test(str(search))) refuseGlobal('search', ['text of one line']);
  return { networking, hostname: short, domain: domain.length > 0 ? domain.join('.') : now.domain, search: isList(search) ? search.map(str).join(' ') : str(search) };
}

/** Differs: lines stay lines; Salt puts an empty one behind each, and writes a domain without a name. */
function resolverText(before: readonly string[], wish: Global): string {
  const kept = before.filter((line, at) => line !== '' || at < before.length - 1);
  for (const [word, value] of [['search', wish.search], ['domain', wish.domain]] as const) {
    const at = kept.findIndex((line) => wordsOf(line)[0] === word);
    if (value === '') continue;
    if (at >= 0) kept[at] = `${word} ${value}`;
    else kept.unshift(`${word} ${value}`);
  }
  return `${kept.join('\n')}\n`;
}

async function switchServices(networking: string, ctx: Context): Promise<void> {
  for (const service of ['NetworkManager', 'networking']) {
    if (await ctx.call('service.available', [service]) === true) await ctx.call(networking === 'yes' ? 'service.enable' : 'service.disable', [service]);
  }
}

/**
 * Writes the settings and gives how they are shown.
 * Differs: a test run shows the same as the real one; Salt shows the text of the file, or switches the services.
 */
export async function buildNetworkSettings(settings: Readonly<PlainMap>, ctx: Context): Promise<string[]> {
  const now = await current(ctx);
  const wish = wishOf(settings, now);
  if (isTruthy(settings['test'] ?? false)) return shown(wish);
  if (hasNoDefaultsFile(ctx)) await switchServices(wish.networking, ctx);
  else await ctx.sys.writeFile(DEFAULTS_FILE, defaultsText(wish.networking));
  if (wish.domain !== now.domain || wish.search !== now.search) {
    if (!(await ctx.sys.exists(RESOLVER_FILE))) refuse(`${RESOLVER_FILE} cannot be written. ${RESOLVER_FILE} does not exist and create is setto False`);
    await ctx.sys.writeFile(RESOLVER_FILE, resolverText(await lines(RESOLVER_FILE, ctx), wish));
  }
  return shown(wish);
}

export async function applyNetworkSettings(settings: Readonly<PlainMap>, ctx: Context): Promise<boolean> {
  const isOn = (name: string): boolean => switchOf(settings[name] ?? false) === true;
  let named = true;
  if (isOn('apply_hostname')) {
    const { hostname } = settings;
    if (hostname === undefined) ctx.log.warn({}, 'the state is to apply a host name and gives none');
    named = hostname !== undefined && isTruthy(await ctx.call('network.mod_hostname', [hostname]));
  }
  if (isOn('require_reboot')) {
    ctx.log.warn({}, 'the system has to be started anew before its network is as configured');
    return named;
  }
  const restarted = isTruthy(await ctx.call('service.stop', ['networking'])) && isTruthy(await ctx.call('service.start', ['networking']));
  return named && restarted;
}
