/** Asks rpm about packages and package files. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { localFile } from './pkg/local-file.js';
import { packageNames, plainArgument } from './pkg/names.js';
import { differenceFromPackage } from './rpm/difference.js';
import { packageFacts } from './rpm/facts.js';
import { queryFormat, readPackageLine } from './rpm/package-line.js';
import { linesOf, rpmWords, runRpm } from './rpm/query.js';
import { modifiedFiles, verifyPackages } from './rpm/verify.js';
import { compareVersions } from './rpm/version.js';

const kwargs = p.keywords();

/** `[name, version]` of installed packages, and the complaints about those that are not. */
async function namedVersions(packages: readonly Value[], root: Value | undefined, ctx: Context): Promise<{ rows: string[][]; errors: string[] }> {
  const selection = packages.length === 0 ? ['-qa'] : ['-q'];
  const { stdout } = await runRpm([...rpmWords(root), ...selection, '--queryformat', '%{NAME} %{VERSION}\\n', ...packageNames(packages)], ctx, { redirect_stderr: true });
  const lines = linesOf(stdout);
  const isMissing = (line: string): boolean => line.includes('is not installed');
  return { rows: lines.filter((line) => !isMissing(line)).map((line) => line.split(/\s+/)), errors: lines.filter(isMissing) };
}

export default defineModule({
  name: 'rpm_lowpkg',
  serves: 'lowpkg',
  when: { os_family: ['RedHat', 'Suse'] },
  virtual: async (ctx) => ((await ctx.sys.which('rpm')) === undefined
    ? 'The rpm execution module failed to load: rpm binary is not in the path.' : true),
  doc: 'Asks rpm about installed packages, their files and package files on disk.',
  functions: {
    bin_pkg_info: fn({
      doc: "Gives name, version and architecture of a package file; None when it is no package.\nsalt '*' lowpkg.bin_pkg_info /root/foo-1.2.3-1.noarch.rpm",
      params: { path: p.string(), saltenv: p.string('base') },
      async run({ path, saltenv }, ctx) {
        const file = await localFile(path, saltenv, ctx);
        const { stdout } = await runRpm(['rpm', '-qp', '--queryformat', queryFormat('none'), file], ctx);
        const found = readPackageLine(stdout, str(ctx.grains['osarch'] ?? ''));
        return found === undefined ? null : { ...found };
      },
    }),
    list_pkgs: fn({
      doc: "Gives the installed packages and their versions, all or those named.\nsalt '*' lowpkg.list_pkgs",
      params: { packages: p.rest(), kwargs },
      async run({ packages, kwargs: { root } }, ctx) {
        const { rows } = await namedVersions(packages, root, ctx);
        return Object.fromEntries(rows.map(([name = '', version = '']) => [name, version]));
      },
    }),
    verify: fn({
      doc: "Gives the files that differ from what packages installed.\nsalt '*' lowpkg.verify httpd ignore_types=config",
      params: { packages: p.rest(), kwargs },
      run: ({ packages, kwargs: options }, ctx) => verifyPackages(packages, options, ctx),
    }),
    modified: fn({
      doc: "Gives the files that were changed since installation, and what of them.\nsalt '*' lowpkg.modified httpd size=True",
      params: { packages: p.rest(), flags: p.keywords() },
      run: ({ packages, flags }, ctx) => modifiedFiles(packages, flags, ctx),
    }),
    file_list: fn({
      doc: "Gives the files of packages.\nsalt '*' lowpkg.file_list httpd",
      params: { packages: p.rest(), kwargs },
      async run({ packages, kwargs: { root } }, ctx) {
        const selection = packages.length === 0 ? ['-qla'] : ['-ql', ...packageNames(packages)];
        return { errors: [], files: linesOf((await runRpm([...rpmWords(root), ...selection], ctx, { redirect_stderr: true })).stdout) };
      },
    }),
    file_dict: fn({
      doc: "Gives the files of packages, by package.\nsalt '*' lowpkg.file_dict httpd",
      params: { packages: p.rest(), kwargs },
      async run({ packages, kwargs: { root } }, ctx) {
        const { rows, errors } = await namedVersions(packages, root, ctx);
        const files: PlainMap = {};
        for (const [name = ''] of rows) files[name] = linesOf((await runRpm([...rpmWords(root), '-ql', name], ctx, { redirect_stderr: true })).stdout);
        return { errors, packages: files };
      },
    }),
    owner: fn({
      doc: "Gives the package that owns a file; a mapping for several.\nsalt '*' lowpkg.owner /usr/bin/apachectl",
      params: { paths: p.rest(), kwargs },
      async run({ paths, kwargs: { root } }, ctx) {
        const owners: PlainMap = {};
        for (const path of paths.map(str)) {
          const { stdout } = await runRpm([...rpmWords(root), '-qf', '--queryformat', '%{name}', plainArgument(path, 'Path')], ctx);
          owners[path] = stdout.toLowerCase().includes('not owned') ? '' : stdout;
        }
        return Object.keys(owners).length > 1 ? owners : Object.values(owners)[0] ?? '';
      },
    }),
    diff: fn({
      doc: "Shows how a file differs from the one in a package file.\nsalt '*' lowpkg.diff /path/to/apache2.rpm /etc/apache2/httpd.conf",
      params: { package_path: p.string(), path: p.string() },
      run: ({ package_path: packagePath, path }, ctx) => differenceFromPackage(packagePath, path, ctx),
    }),
    info: fn({
      doc: "Gives what rpm knows about installed packages.\nsalt '*' lowpkg.info apache2 bash attr=version,build_date_time_t",
      params: { packages: p.rest(), kwargs },
      run: (args, ctx) => packageFacts(args, ctx),
    }),
    version_cmp: fn({
      doc: "Compares two versions: -1, 0 or 1.\nsalt '*' lowpkg.version_cmp 0.2-001 0.2.0.1-002",
      params: { ver1: p.any(), ver2: p.any(), ignore_epoch: p.bool(false) },
      run: ({ ver1, ver2, ignore_epoch: ignoreEpoch }) => compareVersions(str(ver1), str(ver2), ignoreEpoch),
    }),
    checksum: fn({
      doc: "Says which package files are whole and signed as they should.\nsalt '*' lowpkg.checksum /path/to/package1.rpm",
      params: { paths: p.rest(), kwargs },
      async run({ paths, kwargs: { root } }, ctx) {
        if (paths.length === 0) throw new CommandExecutionError('No package files has been specified.');
        const answer: PlainMap = {};
        for (const path of paths.map(str)) {
          const isFile = isTruthy(await ctx.call('file.file_exists', [path]));
          answer[path] = isFile && (await runRpm([...rpmWords(root), '-K', '--quiet', plainArgument(path, 'Path')], ctx)).retcode === 0;
        }
        return answer;
      },
    }),
  },
});
