/** Changes of files and folders, as the kernel tells them. Source: read, Salt 3008.3. */
import { beaconOptions, defineBeacon } from '../../kernel/contract/beacon.js';
import { Watcher } from './inotify/watcher.js';
import { checkInotify, readWishes } from './inotify/wishes.js';

const WATCHER = 'watcher';

export default defineBeacon({
  name: 'inotify', when: { kernel: ['Linux'] }, knowsChanges: true,
  doc: 'Changes of files and folders: `files: {/etc/hosts: {mask: [modify], recurse, auto_add, exclude}}`, `coalesce`.',
  validate: checkInotify,
  async watch(config, ctx, wake) {
    const watcher = new Watcher(readWishes(config), beaconOptions(config)['coalesce'] === true, ctx, wake);
    ctx.memory.set(WATCHER, watcher);
    await watcher.open();
  },
  beacon: (_config, ctx) => (ctx.memory.get(WATCHER) as Watcher | undefined)?.take() ?? [],
  async close(_config, ctx) {
    await (ctx.memory.get(WATCHER) as Watcher | undefined)?.close();
  },
});
