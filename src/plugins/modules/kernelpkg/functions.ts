/** The functions of `kernelpkg`, the same for all package managers. */
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { p } from '../../../kernel/contract/params.js';
import { fn, type Fn } from '../../../kernel/contract/plugin.js';
import { compareLoose } from '../../../kernel/std/loose-version.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type Value } from '../../../kernel/std/value.js';

/** What one package manager knows of kernels. Releases are as `uname -r` tells them. */
export interface KernelPackages {
  installed(ctx: Context): Promise<string[]>;
  /** Undefined when the repositories have nothing newer than what is installed. */
  available(ctx: Context): Promise<string | undefined>;
  /** Installs the newest; gives what changed. */
  upgrade(release: string | null, ctx: Context): Promise<Value>;
  remove(release: string, ctx: Context): Promise<void>;
  /** Name of the package of a release. */
  packageOf(release: string): string;
}

/** The release that runs. */
export async function active(ctx: Context): Promise<string> {
  const release = str(ctx.grains['kernelrelease'] ?? '');
  return (await ctx.has('pkg.normalize_name')) ? str(await ctx.call('pkg.normalize_name', [release])) : release;
}

class Kernels {
  readonly #packages: KernelPackages;
  readonly #ctx: Context;

  constructor(packages: KernelPackages, ctx: Context) {
    this.#packages = packages;
    this.#ctx = ctx;
  }

  async installed(): Promise<string[]> {
    return (await this.#packages.installed(this.#ctx)).sort(compareLoose);
  }

  async latestInstalled(): Promise<string | null> {
    return (await this.installed()).at(-1) ?? null;
  }

  async latestAvailable(): Promise<string | null> {
    return await this.#packages.available(this.#ctx) ?? this.latestInstalled();
  }

  /** Differs: no where no kernel is installed, as in a container; Salt ends with an exception there. */
  async needsReboot(): Promise<boolean> {
    const latest = await this.latestInstalled();
    return latest !== null && compareLoose(await active(this.#ctx), latest) < 0;
  }

  async upgradeAvailable(): Promise<boolean> {
    const [available, installed] = [await this.latestAvailable(), await this.latestInstalled()];
    return available !== null && (installed === null || compareLoose(available, installed) > 0);
  }

  async upgrade(reboot: Value, atTime: Value): Promise<Value> {
    const ctx = this.#ctx;
    const upgrades = await this.#packages.upgrade(await this.latestAvailable(), ctx);
    const isNeeded = await this.needsReboot();
    const told = { upgrades, active: await active(ctx), latest_installed: await this.latestInstalled(), reboot_requested: reboot, reboot_required: isNeeded };
    if (isTruthy(reboot) && isNeeded) {
      ctx.log.warn({}, 'Rebooting system due to kernel upgrade');
      await ctx.call('system.reboot', [], { at_time: atTime });
    }
    return told;
  }

  async remove(release: string): Promise<string> {
    if (!(await this.installed()).includes(release)) throw new CommandExecutionError(`Kernel release '${release}' is not installed`);
    if (release === await active(this.#ctx)) throw new CommandExecutionError('Active kernel cannot be removed');
    await this.#packages.remove(release, this.#ctx);
    return this.#packages.packageOf(release);
  }

  async cleanup(keepLatest: boolean): Promise<string[]> {
    const [running, all] = [await active(this.#ctx), await this.installed()];
    const unused = all.filter((release) => release !== running && !(keepLatest && release === all.at(-1)));
    const removed: string[] = [];
    for (const release of unused) removed.push(await this.remove(release));
    return removed;
  }
}

export function kernelFunctions(packages: KernelPackages): Record<string, Fn> {
  const of = (ctx: Context): Kernels => new Kernels(packages, ctx);
  return {
    active: fn({ doc: "Give the release of the kernel that runs.\n\nsalt '*' kernelpkg.active", run: (_args, ctx) => active(ctx) }),
    list_installed: fn({ doc: "List the releases that are installed, oldest first.\n\nsalt '*' kernelpkg.list_installed", run: (_args, ctx) => of(ctx).installed() }),
    latest_available: fn({
      doc: "Give the newest release of the repositories.\n\nsalt '*' kernelpkg.latest_available",
      run: (_args, ctx) => of(ctx).latestAvailable(),
    }),
    latest_installed: fn({
      doc: "Give the newest release that is installed; None for none. It may not run yet: see needs_reboot.\n\nsalt '*' kernelpkg.latest_installed",
      run: (_args, ctx) => of(ctx).latestInstalled(),
    }),
    needs_reboot: fn({ doc: "Say whether a newer kernel is installed than the one that runs.\n\nsalt '*' kernelpkg.needs_reboot", run: (_args, ctx) => of(ctx).needsReboot() }),
    upgrade_available: fn({
      doc: "Say whether the repositories have a newer kernel than what is installed.\n\nsalt '*' kernelpkg.upgrade_available",
      run: (_args, ctx) => of(ctx).upgradeAvailable(),
    }),
    upgrade: fn({
      doc: "Install the newest kernel, and perhaps reboot into it.\n\nsalt '*' kernelpkg.upgrade\nsalt '*' kernelpkg.upgrade reboot=True at_time=1",
      params: { reboot: p.any(false), at_time: p.any(null, 'minutes until the reboot') },
      run: (args, ctx) => of(ctx).upgrade(args.reboot, args.at_time),
    }),
    remove: fn({
      doc: "Remove a release that does not run.\n\nsalt '*' kernelpkg.remove 4.4.0-70-generic",
      params: { release: p.string() },
      run: async (args, ctx) => ({ removed: [await of(ctx).remove(args.release)] }),
    }),
    cleanup: fn({
      doc: "Remove all releases but the one that runs, and the newest.\n\nsalt '*' kernelpkg.cleanup",
      params: { keep_latest: p.any(true, 'False: remove the newest, too, when it does not run') },
      run: async (args, ctx) => ({ removed: await of(ctx).cleanup(isTruthy(args.keep_latest)) }),
    }),
  };
}
