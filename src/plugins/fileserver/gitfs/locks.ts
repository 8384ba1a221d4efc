/** Update locks that a person sets: a file for each remote, where real Salt has it. Sentences: read, Salt 3008.3. */
import { dirname, join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { osErrorText, isOsError } from '../../../kernel/std/os-error.js';
import type { RemoteSettings } from './settings.js';

export class UpdateLocks {
  readonly #ctx: Context;
  readonly #cacheRoot: string;

  constructor(ctx: Context, cacheRoot: string) {
    this.#ctx = ctx;
    this.#cacheRoot = cacheRoot;
  }

  pathOf({ folder }: RemoteSettings): string {
    return join(this.#cacheRoot, 'work', folder, '_', 'update.lk');
  }

  isSet(remote: RemoteSettings): Promise<boolean> {
    return this.#ctx.sys.exists(this.pathOf(remote));
  }

  /** The sentence of the change, or undefined when it was set already. @throws the error of the file system as text */
  async set(remote: RemoteSettings, shown: string): Promise<string | undefined> {
    const path = this.pathOf(remote);
    const machine = await this.#machine();
    await this.#ctx.sys.fs.mkdir(dirname(path), { recursive: true, mode: 0o700 });
    try {
      await this.#ctx.sys.fs.writeFile(path, `0\n${machine}\n`, { flag: 'wx', mode: 0o600 });
    } catch (error) {
      if (isOsError(error, 'EEXIST')) return undefined;
      if (isOsError(error)) throw new Error(`Unable to set update lock for ${shown} (${path}) on machine_id ${machine}: ${osErrorText(error)}`, { cause: error });
      throw error;
    }
    return `Set update lock for gitfs remote '${shown}' on machine_id '${machine}'`;
  }

  async clear(remote: RemoteSettings, shown: string): Promise<string | undefined> {
    const path = this.pathOf(remote);
    try {
      await this.#ctx.sys.fs.rm(path);
    } catch (error) {
      if (isOsError(error, 'ENOENT')) return undefined;
      if (isOsError(error)) throw new Error(`Unable to remove update lock for ${shown} (${path}): ${osErrorText(error)} `, { cause: error });
      throw error;
    }
    return `Removed update lock for gitfs remote '${shown}' on machine_id '${await this.#machine()}'`;
  }

  async #machine(): Promise<string> {
    const { sys } = this.#ctx;
    return ((await sys.readText('/etc/machine-id')) ?? (await sys.readText('/var/lib/dbus/machine-id')))?.trim() ?? 'no_machine_id_available';
  }
}
