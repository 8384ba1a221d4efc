/**
 * The web server Apache. Source: read, Salt 3008.3 (`apache`), Salt 3006 (`deb_apache`, which 3008 has no more, though the states
 * `apache_module`, `apache_site` and `apache_conf` need it).
 */
import { join } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn, type Fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isPlainMap, isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { configText } from './apache/section.js';
import { readDirectives, readFullVersion, readHosts, readModules, readStatus } from './apache/texts.js';

const programName = (grains: Readonly<PlainMap>): string => (['Debian', 'Suse'].includes(str(grains['os_family'] ?? '')) ? 'apache2ctl' : 'apachectl');
const PLAIN_SIGNALS = ['configtest', 'status', 'fullstatus'];
const SIGNALS = ['start', 'stop', 'restart', 'graceful', 'graceful-stop'];

interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function run(argv: readonly [string, ...string[]], ctx: Context): Promise<Said> {
  const { code, stdout, stderr } = await ctx.sys.run(argv, { signal: ctx.signal });
  return { code, stdout: Buffer.from(stdout).toString('utf8').trimEnd(), stderr: Buffer.from(stderr).toString('utf8').trim() };
}

/** What apachectl tells. @throws CommandExecutionError in its words */
async function told(word: string, ctx: Context): Promise<string> {
  const said = await run([programName(ctx.grains), word], ctx);
  if (said.code !== 0) throw new CommandExecutionError(said.stderr);
  return said.stdout;
}

async function signalled(signal: Value, ctx: Context): Promise<Value> {
  const word = str(signal);
  if (!SIGNALS.includes(word) && !PLAIN_SIGNALS.includes(word)) return null;
  const words = SIGNALS.includes(word) ? ['-k', word] : [word];
  const program = programName(ctx.grains);
  const said = await run([program, ...words], ctx);
  return said.stderr || said.stdout.trim() || `Command: "${[program, ...words].join(' ')}" completed successfully!`;
}

async function serverStatus(profile: string, ctx: Context): Promise<Value> {
  const option = (name: string, fallback: Value): Promise<Value> => ctx.call('config.get', [`apache.server-status:${profile}:${name}`, fallback]);
  const [url, user, password] = [await option('url', 'http://localhost/server-status'), await option('user', ''), await option('pass', '')];
  const login = isTruthy(user) && isTruthy(password) ? { username: user, password } : {};
  const answer = await ctx.call('http.query', [`${str(url)}?auto`], { text: true, status: true, timeout: await option('timeout', 5), ...login });
  const text = isPlainMap(answer) && !('error' in answer) ? answer['text'] ?? answer['body'] : undefined;
  return typeof text === 'string' ? readStatus(text) : 'error';
}

/** As the programs a2enmod and its sisters find it. */
const folderOf = (ctx: Context): string => {
  const given = ctx.sys.env['APACHE_CONFDIR'];
  return given === undefined || given === '' ? '/etc/apache2' : given;
};

async function isLink(folder: string, file: string, ctx: Context): Promise<boolean> {
  const path = join(folderOf(ctx), folder, file);
  try {
    return (await ctx.sys.fs.lstat(path)).isSymbolicLink();
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return false;
    throw error;
  }
}

/** The programs take patterns and options, too; a name is neither. */
function named(name: string): string {
  if (!/^[\w.+][\w.+-]*$/.test(name)) throw new InvocationError(`'${name}' is no name of a module, site or configuration of Apache`);
  return name;
}
const withEnd = (name: string, ends: readonly string[]): string => (ends.some((end) => name.endsWith(end)) ? name : `${name}${ends[0] ?? ''}`);

interface Kind {
  /** As the answer calls it. */
  readonly word: 'Mod' | 'Site' | 'Conf';
  readonly param: 'mod' | 'site' | 'conf';
}

/** `a2enmod` and its sisters; `Error` has the words of the program when it failed, which Salt does not tell. */
async function toggled(program: string, { word }: Kind, verb: 'Enable' | 'Disable', name: string, ctx: Context): Promise<PlainMap> {
  const said = await run([program, named(name)], ctx);
  const status = said.code === 0 ? `${word} ${name} ${verb.toLowerCase()}d` : said.code === 1 ? `${word} ${name} Not found` : said.code;
  return { Name: `Apache2 ${verb} ${word}`, [word]: name, Status: status, ...said.code === 0 ? {} : { Error: said.stderr } };
}

const toggle = (program: string, kind: Kind, verb: 'Enable' | 'Disable'): Fn => fn({
  doc: `${verb} a ${kind.word === 'Mod' ? 'module' : kind.word === 'Site' ? 'site' : 'configuration'} on Debian.\n\nsalt '*' apache.${program} example`,
  params: { [kind.param]: p.string() },
  run: (args, ctx) => toggled(program, kind, verb, args[kind.param] ?? '', ctx),
});

const MOD: Kind = { word: 'Mod', param: 'mod' };
const SITE: Kind = { word: 'Site', param: 'site' };
const CONF: Kind = { word: 'Conf', param: 'conf' };

export default defineModule({
  name: 'apache',
  virtual: async (ctx) => ((await ctx.sys.which(programName(ctx.grains))) === undefined ? 'The apache execution module cannot be loaded: apache is not installed.' : true),
  doc: 'The web server Apache: what it is, its configuration, its modules and sites.',
  functions: {
    version: fn({
      doc: "Give the version of the server.\n\nsalt '*' apache.version",
      run: async (_args, ctx) => (await told('-v', ctx)).split('\n')[0]?.split(': ')[1] ?? '',
    }),
    fullversion: fn({
      doc: "Give how the server was made.\n\nsalt '*' apache.fullversion",
      run: async (_args, ctx) => readFullVersion(await told('-V', ctx)),
    }),
    modules: fn({
      doc: "List the modules, static and shared.\n\nsalt '*' apache.modules",
      run: async (_args, ctx) => readModules(await told('-M', ctx)),
    }),
    servermods: fn({
      doc: "List the modules that are part of the server.\n\nsalt '*' apache.servermods",
      run: async (_args, ctx) => (await told('-l', ctx)).split('\n').filter((line) => line.includes('.c')).map((line) => line.trim()),
    }),
    directives: fn({
      doc: "Give all directives, with where they may stand.\n\nsalt '*' apache.directives",
      run: async (_args, ctx) => readDirectives(await told('-L', ctx)),
    }),
    vhosts: fn({
      doc: "Give the virtual hosts by name.\n\nsalt '*' apache.vhosts",
      run: async (_args, ctx) => readHosts(await told('-S', ctx)),
    }),
    signal: fn({
      doc: "Start, stop, restart, graceful, graceful-stop, configtest, status or fullstatus; gives what the program says.\n\nsalt '*' apache.signal restart",
      params: { signal: p.any(null) },
      run: (args, ctx) => signalled(args.signal, ctx),
    }),
    useradd: fn({
      doc: "Set a user in a file of passwords.\n\nsalt '*' apache.useradd /etc/httpd/htpasswd larry badpassword",
      params: { pwfile: p.string(), user: p.string(), password: p.string(), opts: p.string('') },
      run: (args, ctx) => ctx.call('webutil.useradd', [args.pwfile, args.user, args.password, args.opts]),
    }),
    userdel: fn({
      doc: "Remove a user from a file of passwords.\n\nsalt '*' apache.userdel /etc/httpd/htpasswd larry",
      params: { pwfile: p.string(), user: p.string() },
      run: (args, ctx) => ctx.call('webutil.userdel', [args.pwfile, args.user]),
    }),
    server_status: fn({
      doc: "Give what the page server-status tells; `error` when it cannot be had.\n\nsalt '*' apache.server_status other-profile",
      params: { profile: p.string('default') },
      run: (args, ctx) => serverStatus(args.profile, ctx),
    }),
    config: fn({
      doc: "Write a file of configuration from maps and lists, and give its text; edit=False only gives it.\n\nsalt '*' apache.config /etc/httpd/conf.d/ports.conf config=\"[{'Listen': '22'}]\"",
      params: { name: p.string(), config: p.list(), edit: p.bool(true) },
      async run(args, ctx) {
        const text = configText(args.config);
        if (args.edit) await ctx.sys.writeFile(args.name, `# This file is managed by Salt.\n${text}`);
        return text;
      },
    }),
    check_mod_enabled: fn({
      doc: "Say whether a module is enabled on Debian.\n\nsalt '*' apache.check_mod_enabled status",
      params: { mod: p.string() },
      run: (args, ctx) => isLink('mods-enabled', withEnd(named(args.mod), ['.load', '.conf']), ctx),
    }),
    check_site_enabled: fn({
      doc: "Say whether a site is enabled on Debian.\n\nsalt '*' apache.check_site_enabled example.com",
      params: { site: p.string() },
      async run(args, ctx) {
        const file = withEnd(named(args.site), ['.conf']);
        return await isLink('sites-enabled', file, ctx) || (args.site === 'default' && isLink('sites-enabled', `000-${file}`, ctx));
      },
    }),
    check_conf_enabled: fn({
      doc: "Say whether a configuration is enabled on Debian.\n\nsalt '*' apache.check_conf_enabled security",
      params: { conf: p.string() },
      run: (args, ctx) => isLink('conf-enabled', withEnd(named(args.conf), ['.conf']), ctx),
    }),
    a2enmod: toggle('a2enmod', MOD, 'Enable'),
    a2dismod: toggle('a2dismod', MOD, 'Disable'),
    a2ensite: toggle('a2ensite', SITE, 'Enable'),
    a2dissite: toggle('a2dissite', SITE, 'Disable'),
    a2enconf: toggle('a2enconf', CONF, 'Enable'),
    a2disconf: toggle('a2disconf', CONF, 'Disable'),
  },
});
