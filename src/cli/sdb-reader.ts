/** Values of the configuration that stand elsewhere (`sdb://profile/key`): loaded only when there is one. */
import type { SdbReader } from '../kernel/config/sdb.js';
import type { PlainMap, Value } from '../kernel/std/value.js';
import { distDirectory } from './dist-directory.js';

export const readSdb: SdbReader = async (address, opts): Promise<Value> => {
  const [{ ModuleHost }, { createSys }, { createConsoleLog }, { decodeBus, encodeBus }] = await Promise.all([
    import('../kernel/loader/module-host.js'), import('../kernel/sys/sys.js'), import('../kernel/log/log.js'), import('../bus/codec/codec.js'),
  ]);
  const nothing = (): PlainMap => ({});
  const host = new ModuleHost({
    distDir: distDirectory(), opts, sys: createSys(), log: createConsoleLog({ opts, name: 'tsalt.config', level: 'error' }), id: String(opts['id'] ?? ''),
    grains: nothing, pillar: nothing, ports: { pack: { pack: encodeBus, unpack: decodeBus } }, userDirs: () => [],
  });
  await using opened = host;
  return await opened.sdb.get(address, false);
};
