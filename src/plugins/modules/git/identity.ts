/** Private keys for ssh, from this machine or the file server, one after the other. Source: read, Salt 3008.3. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../../kernel/contract/context.js';
import { CommandExecutionError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import type { PlainMap, Value } from '../../../kernel/std/value.js';

const SSH = 'ssh -oStrictHostKeyChecking=no -oPasswordAuthentication=no -oKbdInteractiveAuthentication=no -oChallengeResponseAuthentication=no';

export interface Identity {
  readonly env: PlainMap;
  /** Why it cannot be used. */
  readonly problem?: string;
}

export interface Identities extends AsyncDisposable {
  readonly usable: readonly Identity[];
  readonly missing: readonly string[];
}

interface Asker {
  readonly user?: string | null;
  readonly saltenv?: string;
}

/** Copies from the file server are removed at the end. */
export async function identityEnvironments(identity: Value, asker: Asker, ctx: Context): Promise<Identities> {
  const folders: string[] = [];
  const usable: Identity[] = [];
  const missing: string[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(folders.map((folder) => ctx.sys.fs.rm(folder, { recursive: true, force: true })));
  };
  try {
    for (const source of (Array.isArray(identity) ? identity as readonly Value[] : [identity]).map(str)) {
      const remote = source.includes('salt://');
      const path = remote ? await fetched(source, asker, folders, ctx) : await ctx.sys.exists(source) ? source : undefined;
      if (path !== undefined) usable.push(await identityOf(path, ctx));
      else {
        ctx.log.error({ identity: source }, 'identity does not exist');
        if (!remote) missing.push(source);
      }
    }
  } catch (err) {
    await close();
    throw err;
  }
  return { usable, missing, [Symbol.asyncDispose]: close };
}

/** A copy that nobody else can read. */
async function fetched(source: string, { user, saltenv = 'base' }: Asker, folders: string[], ctx: Context): Promise<string | undefined> {
  const folder = await ctx.sys.fs.mkdtemp(join(tmpdir(), 'tsalt-git-'));
  folders.push(folder);
  const path = join(folder, 'identity');
  if (await ctx.call('cp.get_file', [source, path, saltenv]) !== path) return undefined;
  await ctx.sys.fs.chmod(path, 0o600);
  const account = user === null || user === undefined ? undefined : await ctx.sys.userByName(user);
  if (account !== undefined) for (const one of [folder, path]) await ctx.sys.fs.chown(one, account.uid, account.gid);
  return path;
}

/** git gives the command to a shell: the path is one word of it. */
async function identityOf(path: string, ctx: Context): Promise<Identity> {
  const env = { GIT_SSH_COMMAND: `${SSH} -i '${path.replaceAll("'", "'\\''")}'` };
  const text = await ctx.sys.readText(path) ?? '';
  if (!/BEGIN (?:\w+\s)*PRIVATE KEY/.test(text)) throw new CommandExecutionError(`${path} is not a private key`);
  if (!text.includes('ENCRYPTED') || str(ctx.opts['__cli'] ?? '').includes('salt-call')) return { env };
  return {
    env, problem: `Identity file ${path} is passphrase-protected and cannot be used in a non-interactive command. Using salt-call from `
      + 'the minion will allow a passphrase-protected key to be used.',
  };
}
