/** Grains of this process: who runs it, and its number. */
import { defineGrains } from '../../kernel/contract/plugin.js';

export default defineGrains({
  name: 'minion_process',
  async grains(ctx) {
    const uid = process.geteuid?.() ?? 0;
    const gid = process.getegid?.() ?? 0;
    const user = await ctx.sys.userById(uid);
    const group = user === undefined ? undefined : await ctx.sys.groupById(user.gid);
    return { username: user?.name ?? '', groupname: group?.name ?? '', pid: process.pid, gid, uid };
  },
});
