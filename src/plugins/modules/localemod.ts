/** Locales of the machine. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isOsError } from '../../kernel/std/os-error.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { joinLocale, normalLocale, readLocalectl, splitLocale } from './localemod/name.js';

const SUPPORTED = '/usr/share/i18n/SUPPORTED';
/** File and variable of systems without systemd, by their family. */
const FILES: Readonly<Record<string, readonly [file: string, variable: string]>> = {
  Suse: ['/etc/sysconfig/language', 'RC_LANG'], RedHat: ['/etc/sysconfig/i18n', 'LANG'], Debian: ['/etc/default/locale', 'LANG'],
};

const familyOf = (ctx: Context): string => str(ctx.grains['os_family'] ?? '');
const releaseOf = (ctx: Context): number => Number(ctx.grains['osmajorrelease'] ?? 0);
const usesSystemd = (ctx: Context): boolean => ctx.grains['init'] === 'systemd' && !(familyOf(ctx) === 'Suse' && releaseOf(ctx) === 12);

async function systemLocale(ctx: Context): Promise<ReadonlyMap<string, string>> {
  if (await ctx.sys.which('localectl') === undefined) throw new CommandExecutionError('Unable to find "localectl"');
  return readLocalectl(str(await ctx.call('cmd.run', [['localectl', 'status']], { python_shell: false })));
}

async function getLocale(ctx: Context): Promise<string> {
  if (usesSystemd(ctx)) return (await systemLocale(ctx)).get('LANG') ?? '';
  const [file, variable] = FILES[familyOf(ctx)] ?? [];
  if (file === undefined || variable === undefined) throw new CommandExecutionError(`Error: "${str(ctx.grains['oscodename'] ?? null)}" is unsupported!`);
  const line = (await ctx.sys.readText(file) ?? '').split('\n').find((one) => one.startsWith(`${variable}=`));
  return line?.slice(variable.length + 1).replaceAll('"', '') ?? '';
}

const replaceLine = (file: string, pattern: string, line: string, ctx: Context): Promise<Value> =>
  ctx.call('file.replace', [file, pattern, line], { append_if_not_found: true });

async function setWithLocalectl(locale: string, ctx: Context): Promise<true> {
  const words = [...new Map([...await systemLocale(ctx), ['LANG', locale]])].map(([name, value]) => `${name}=${value}`);
  if (await ctx.call('cmd.retcode', [['localectl', 'set-locale', ...words]], { python_shell: false }) === 0) return true;
  await touch('/etc/locale.conf', ctx);
  await replaceLine('/etc/locale.conf', '^LANG=.*', `LANG=${locale}`, ctx);
  return true;
}

async function touch(file: string, ctx: Context): Promise<void> {
  if (!isTruthy(await ctx.call('file.file_exists', [file]))) await ctx.call('file.touch', [file]);
}

async function setLocale(locale: string, ctx: Context): Promise<true> {
  // Refuses what is no name of a locale.
  splitLocale(locale);
  const family = familyOf(ctx);
  if (usesSystemd(ctx) && !(family === 'Debian' && releaseOf(ctx) >= 13)) return setWithLocalectl(locale, ctx);
  const [file, variable] = FILES[family] ?? [];
  if (file === undefined || variable === undefined) throw new CommandExecutionError('Error: Unsupported platform!');
  if (family === 'Debian') {
    const program = await ctx.sys.which('update-locale');
    if (program === undefined) throw new CommandExecutionError('Cannot set locale: "update-locale" was not found.');
    await ctx.call('cmd.run', [[program]], { python_shell: false });
  } else {
    await touch(file, ctx);
  }
  await replaceLine(file, `^${variable}=.*`, `${variable}="${locale}"`, ctx);
  return true;
}

const listAvailable = async (ctx: Context): Promise<string[]> => str(await ctx.call('cmd.run', [['locale', '-a']], { python_shell: false })).split('\n');

async function isAvailable(locale: string, ctx: Context): Promise<boolean> {
  const wanted = normalLocale(locale);
  return (await ctx.call('locale.list_avail') as readonly Value[]).some((one) => /^[A-Za-z0-9_.@ -]+$/.test(str(one).trim()) && normalLocale(str(one).trim()) === wanted);
}

/** Whether the machine has what the locale is made of. */
async function isKnown(locale: string, region: string, ctx: Context): Promise<boolean> {
  if (ctx.grains['os'] === 'Debian') return (await ctx.sys.readText(SUPPORTED) ?? '').split('\n').includes(locale);
  try {
    return (await ctx.sys.fs.readdir(familyOf(ctx) === 'Suse' ? '/usr/share/locale' : '/usr/share/i18n/locales')).includes(region);
  } catch (error) {
    if (!isOsError(error)) throw error;
    throw new CommandExecutionError(`Locale "${locale}" is not available.`, { cause: error });
  }
}

async function generate(given: string, verbose: boolean, ctx: Context): Promise<Value> {
  const named = splitLocale(given);
  const isUbuntu = ctx.grains['os'] === 'Ubuntu';
  const name = named.charmap === '' && !isUbuntu ? { ...named, charmap: named.codeset } : named;
  const locale = joinLocale(name);
  const region = `${name.language}_${name.territory}`;
  if (!await isKnown(locale, region, ctx)) {
    ctx.log.error({ locale }, 'the locale is not known to this machine');
    return false;
  }
  if (await ctx.sys.exists('/etc/locale.gen')) {
    const literal = locale.replaceAll(/[.+]/g, '\\$&');
    await replaceLine('/etc/locale.gen', `^\\s*#\\s*${literal}\\s*$`, `${locale}\n`, ctx);
  } else if (isUbuntu) {
    await ctx.call('file.touch', [`/var/lib/locales/supported.d/${name.language}`]);
    await replaceLine(`/var/lib/locales/supported.d/${name.language}`, locale, locale, ctx);
  }
  const done = await ctx.call('cmd.run_all', [await generator(locale, region, name.codeset, verbose, ctx)], { python_shell: false }) as PlainMap;
  if (done['retcode'] !== 0) ctx.log.error({ stderr: done['stderr'] }, 'the locale cannot be made');
  return verbose ? done : done['retcode'] === 0;
}

async function generator(locale: string, region: string, codeset: string, verbose: boolean, ctx: Context): Promise<string[]> {
  if (await ctx.sys.which('locale-gen') !== undefined) return ['locale-gen', ctx.grains['os'] === 'Ubuntu' ? normalLocale(locale) : locale];
  if (await ctx.sys.which('localedef') !== undefined) {
    return ['localedef', '--force', '-i', region, '-f', codeset, `${region}.${codeset}`, verbose ? '--verbose' : '--quiet'];
  }
  throw new CommandExecutionError('Command "locale-gen" or "localedef" was not found on this system.');
}

export default defineModule({
  name: 'localemod',
  serves: 'locale',
  when: { kernel: ['Linux'] },
  doc: 'Locales of the machine: which it has, which it speaks.',
  functions: {
    list_avail: fn({ doc: "List the locales of this machine.\n\nsalt '*' locale.list_avail", params: {}, run: (_args, ctx) => listAvailable(ctx) }),
    get_locale: fn({ doc: "Give the locale that this machine speaks.\n\nsalt '*' locale.get_locale", params: {}, run: (_args, ctx) => getLocale(ctx) }),
    set_locale: fn({
      doc: "Let this machine speak a locale.\n\nsalt '*' locale.set_locale 'en_US.UTF-8'", params: { locale: p.string() }, run: ({ locale }, ctx) => setLocale(locale, ctx),
    }),
    avail: fn({
      doc: "Say whether this machine has a locale.\n\nsalt '*' locale.avail 'en_US.UTF-8'",
      params: { locale: p.string() },
      async run({ locale }, ctx) {
        try {
          return await isAvailable(locale, ctx);
        } catch (error) {
          if (error instanceof InvocationError) return false;
          throw error;
        }
      },
    }),
    gen_locale: fn({
      doc: "Make a locale.\n\nsalt '*' locale.gen_locale 'en_IE.UTF-8 UTF-8'",
      params: { locale: p.string(), kwargs: p.keywords() },
      run: ({ locale, kwargs }, ctx) => generate(locale, isTruthy(kwargs['verbose'] ?? false), ctx),
    }),
  },
});
