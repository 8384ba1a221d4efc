/** Asks dpkg about packages and package files. */
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { changesBetween } from './pkg/changes.js';
import { nameWithArch, readAvailable, readDebInfo, readLicenses, readRecords, RECORD_FORMAT, withAvailable } from './dpkg/package-facts.js';
import { localFile } from './pkg/local-file.js';
import { packageNames } from './pkg/names.js';

type Done = { readonly retcode: number; readonly stdout: string; readonly stderr: string };

const runAll = async (argv: readonly string[], ctx: Context, options: PlainMap = {}): Promise<Done> =>
  await ctx.call('cmd.run_all', [argv], { python_shell: false, ...options }) as unknown as Done;
const linesOf = (text: string): string[] => (text === '' ? [] : text.split('\n'));

/** Installed packages among those named (or all), or Salt's sentence about the failure. */
async function installedRows(format: string, packages: readonly Value[], ctx: Context): Promise<string[][] | string> {
  const done = await runAll(['dpkg-query', `-f=${format}`, '-W', ...packageNames(packages)], ctx);
  if (done.retcode !== 0) {
    const text = `Error:  ${done.stderr}`;
    ctx.log.error({}, text);
    return text;
  }
  return linesOf(done.stdout).map((line) => line.split('\t')).filter(([status]) => status === 'installed').map((row) => row.slice(1));
}

async function filesOf(name: string, ctx: Context): Promise<string[]> {
  return linesOf(str(await ctx.call('cmd.run', [['dpkg', '-L', name]], { python_shell: false })));
}

async function packageFacts(packages: readonly Value[], failhard: boolean, ctx: Context): Promise<PlainMap> {
  const available = await availableFacts(ctx);
  const done = await runAll(['dpkg-query', '-W', `-f=${RECORD_FORMAT}`, ...packageNames(packages)], ctx);
  if (done.retcode !== 0) {
    if (failhard) throw new CommandExecutionError(`Error getting packages information: ${done.stderr}`);
    return {};
  }
  const answer: PlainMap = {};
  for (const record of readRecords(done.stdout)) {
    const name = str(record['package'] ?? '');
    const facts = withAvailable(record, available.get(name));
    const license = readLicenses((await ctx.sys.readText(`/usr/share/doc/${name}/copyright`)) ?? '');
    answer[name] = license === '' ? facts : { ...facts, license };
  }
  return answer;
}

/** Only systems with dselect keep this list up to date. */
async function availableFacts(ctx: Context): Promise<Map<string, PlainMap>> {
  if ((await ctx.sys.which('dselect')) === undefined) return new Map();
  const done = await runAll(['dpkg-query', '--print-avail'], ctx, { ignore_retcode: true });
  return done.retcode === 0 ? readAvailable(done.stdout) : new Map<string, PlainMap>();
}

export default defineModule({
  name: 'dpkg_lowpkg',
  quickGrains: true,
  serves: 'lowpkg',
  when: { os_family: ['Debian'] },
  doc: 'Asks dpkg about installed packages, their files and package files on disk.',
  functions: {
    bin_pkg_info: fn({
      doc: "Gives name, version and architecture of a package file.\nsalt '*' lowpkg.bin_pkg_info /root/foo-1.2.3-1.deb",
      params: { path: p.string(), saltenv: p.string('base') },
      async run({ path, saltenv }, ctx) {
        const file = await localFile(path, saltenv, ctx);
        const done = await runAll(['dpkg', '-I', file], ctx, { output_loglevel: 'trace' });
        if (done.retcode !== 0) {
          throw new CommandExecutionError(`Unable to get info for ${file}${done.stderr === '' ? '' : `: ${done.stderr}`}`);
        }
        const facts = readDebInfo(done.stdout);
        const missing = ['name', 'version', 'arch'].filter((name) => facts[name] === undefined);
        if (missing.length > 0) throw new CommandExecutionError(`Unable to get ${missing.join(', ')} for ${file}`);
        return { ...facts, name: nameWithArch(str(facts['name'] ?? ''), str(facts['arch'] ?? ''), ctx.grains) };
      },
    }),
    unpurge: fn({
      doc: "Takes back the wish to purge packages that are still there.\nsalt '*' lowpkg.unpurge curl",
      params: { packages: p.rest() },
      async run({ packages }, ctx) {
        if (packages.length === 0) return {};
        const wanted = { purge_desired: true, use_context: false };
        const before = await ctx.call('pkg.list_pkgs', [], wanted) as PlainMap;
        const stdin = packageNames(packages).map((name) => `${name} install`).join('\n');
        await ctx.call('cmd.run', [['dpkg', '--set-selections']], { stdin, stdin_raw_newlines: true, python_shell: false, output_loglevel: 'trace' });
        return changesBetween(before, await ctx.call('pkg.list_pkgs', [], wanted) as PlainMap);
      },
    }),
    list_pkgs: fn({
      doc: "Gives the installed packages and their versions, all or those named.\nsalt '*' lowpkg.list_pkgs",
      params: { packages: p.rest(), kwargs: p.keywords() },
      async run({ packages }, ctx) {
        const rows = await installedRows('${db:Status-Status}\t${binary:Package}\t${Version}\n', packages, ctx);
        return typeof rows === 'string' ? rows : Object.fromEntries(rows.map(([name = '', version = '']) => [name, version]));
      },
    }),
    file_list: fn({
      doc: "Gives the files of packages, sorted.\nsalt '*' lowpkg.file_list httpd",
      params: { packages: p.rest(), kwargs: p.keywords() },
      async run({ packages }, ctx) {
        const rows = await installedRows('${db:Status-Status}\t${binary:Package}\n', packages, ctx);
        if (typeof rows === 'string') return rows;
        const files = new Set<string>();
        for (const [name = ''] of rows) for (const file of await filesOf(name, ctx)) files.add(file);
        return { errors: [], files: [...files].toSorted() };
      },
    }),
    file_dict: fn({
      doc: "Gives the files of packages, by package.\nsalt '*' lowpkg.file_dict httpd",
      params: { packages: p.rest(), kwargs: p.keywords() },
      async run({ packages }, ctx) {
        const rows = await installedRows('${db:Status-Status}\t${binary:Package}\n', packages, ctx);
        if (typeof rows === 'string') return rows;
        const files: PlainMap = {};
        for (const [name = ''] of rows) files[name] = await filesOf(name, ctx);
        return { errors: [], packages: files };
      },
    }),
    info: fn({
      doc: "Gives what dpkg knows about installed packages.\nsalt '*' lowpkg.info apache2 bash failhard=False",
      params: { packages: p.rest(), kwargs: p.keywords() },
      run({ packages, kwargs: { failhard = true, ...others } }, ctx) {
        const unknown = Object.entries(others).filter(([name]) => !name.startsWith('__')).map(([name, value]) => `${name}=${str(value)}`);
        if (unknown.length > 0) throw new InvocationError(`The following keyword arguments are not valid: ${unknown.join(', ')}`);
        return packageFacts(packages, isTruthy(failhard), ctx);
      },
    }),
  },
});
