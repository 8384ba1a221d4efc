/** Says which minions there are: who answers, who is connected, which versions they have. */
import { join } from 'node:path';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn, type Fn } from '../../kernel/contract/plugin.js';
import { isOsError } from '../../kernel/std/os-error.js';
import { isMap, isTruthy, mapFrom, mapGet, type Value, type ValueMap } from '../../kernel/std/value.js';
import { compareAll } from './manage/versions.js';

const BOOTSTRAP_SCRIPT = '<bootstrap-script-url>';
const KEY_STATES = ['minions', 'minions_pre', 'minions_rejected', 'minions_denied'];
const KEYS_REGENERATED = [
  'The minion and master keys have been deleted.  Restart the Salt',
  'Master within the next 60 seconds!!!',
  '',
  'Wait for the minions to reconnect.  Once the minions reconnect',
  'the new keys will appear in pending and will need to be re-',
  'accepted by running:',
  '    salt-key -A',
  '',
  'Be advised that minions not currently connected to the master',
  'will not be able to reconnect and may require manual',
  'regeneration via a local call to',
  '    salt-call saltutil.regen_keys',
].join('\n');

const byId = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

interface Ping {
  readonly tgt: Value;
  readonly tgt_type: string;
  readonly timeout: number | null;
  readonly gather_job_timeout: number | null;
}

/** Who answers a ping and who does not, of those a target names; both sorted. */
async function status(ctx: Context, ping: Ping): Promise<{ up: string[]; down: string[] }> {
  const seconds = (given: number | null, option: string, preset: number): number => (given === null || given === 0 ? Number(ctx.opts[option] ?? preset) : given) * 1000;
  const job = {
    tgt: ping.tgt, tgt_type: ping.tgt_type, fun: 'test.ping',
    timeoutMs: seconds(ping.timeout, 'timeout', 5), gatherTimeoutMs: seconds(ping.gather_job_timeout, 'gather_job_timeout', 10),
  };
  const up: string[] = [];
  const down: string[] = [];
  for await (const { id, answered } of ctx.port('local').returns(job, ctx.signal)) (answered ? up : down).push(id);
  return { up: up.sort(byId), down: down.sort(byId) };
}

async function down(ctx: Context, ping: Ping, removeKeys: boolean): Promise<string[]> {
  const silent = (await status(ctx, ping)).down;
  if (removeKeys && silent.length > 0) await ctx.port('keys').act('delete', silent, KEY_STATES);
  return silent;
}

const isNamed = (id: string, subset: Value): boolean =>
  !isTruthy(subset) || (Array.isArray(subset) ? (subset as readonly Value[]).includes(id) : String(subset).includes(id));

async function addressOf(ctx: Context, id: string, known: Readonly<Record<string, string>>): Promise<string> {
  if (known[id] !== undefined) return known[id];
  const grains = await ctx.port('known').get('grains', id);
  const addresses = grains !== undefined && isMap(grains) ? mapGet(grains, 'ipv4') : undefined;
  const list = Array.isArray(addresses) ? (addresses as readonly Value[]).map(String) : [];
  return list.find((address) => !address.startsWith('127.')) ?? list[0] ?? '';
}

/** Connected minions, sorted; with their addresses on demand. */
async function connected(ctx: Context, subset: Value, showIp: boolean): Promise<string[] | ValueMap> {
  const ids = (await ctx.port('keys').connected()).filter((id) => isNamed(id, subset)).sort(byId);
  if (!showIp) return ids;
  const known = (await ctx.port('keys').addresses?.()) ?? {};
  return mapFrom(await Promise.all(ids.map(async (id) => [id, await addressOf(ctx, id, known)] as const)));
}

/** Accepted minions that are not connected, in the order of the keys. */
async function notConnected(ctx: Context, subset: Value): Promise<string[]> {
  const [{ minions }, present] = [await ctx.port('keys').list(), new Set(await ctx.port('keys').connected())];
  return minions.filter((id) => !present.has(id) && (subset === null || isNamed(id, subset)));
}

async function removeFiles(ctx: Context, folder: string): Promise<void> {
  for (const entry of await ctx.sys.fs.readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await removeFiles(ctx, path);
    else await ctx.sys.fs.rm(path, { force: true });
  }
}

async function regenerateKeys(ctx: Context): Promise<string> {
  const timeoutMs = Number(ctx.opts['timeout'] ?? 5) * 1000;
  for await (const { id, answered } of ctx.port('local').returns({ tgt: '*', fun: 'saltutil.regen_keys', timeoutMs }, ctx.signal)) {
    ctx.log.info({ id, answered }, 'keys of a minion replaced');
  }
  try {
    await removeFiles(ctx, String(ctx.opts['pki_dir']));
  } catch (error) {
    if (!isOsError(error, 'ENOENT')) throw error;
  }
  return KEYS_REGENERATED;
}

const subsetParams = { subset: p.any(null, 'only these ids'), show_ip: p.bool(false, 'with addresses') };
const pingParams = {
  tgt: p.any('*'), tgt_type: p.string('glob'), timeout: p.float(null, 'seconds'), gather_job_timeout: p.float(null, 'seconds'),
};

/** The names Salt has for "connected" and for "not connected", all with the same meaning since 2015. */
function presenceFunctions(): Record<string, Fn> {
  const pairs: Record<string, Fn> = {};
  for (const [name, opposite] of [
    ['list_state', 'list_not_state'], ['present', 'not_present'], ['joined', 'not_joined'], ['allowed', 'not_allowed'],
    ['alived', 'not_alived'], ['reaped', 'not_reaped'],
  ] as const) {
    pairs[name] = fn({
      doc: `List the minions that are connected, sorted.\n\nsalt-run manage.${name}`,
      params: subsetParams,
      run: ({ subset, show_ip }, ctx) => connected(ctx, subset, show_ip),
    });
    pairs[opposite] = fn({
      doc: `List the accepted minions that are not connected.\n\nsalt-run manage.${opposite}`,
      params: subsetParams,
      run: ({ subset }, ctx) => notConnected(ctx, subset),
    });
  }
  return pairs;
}

/** Differs: Salt reaches other hosts over ssh or psexec here; this program has neither. */
function elsewhere(how: string): never {
  throw new CommandExecutionError(`This needs ${how}, which is not part of this program`);
}

export default defineRunner({
  name: 'manage',
  doc: 'Says which minions there are: who answers, who is connected, which versions they have.',
  functions: {
    ...presenceFunctions(),
    status: fn({
      doc: 'List the minions that answer a ping, and those that do not.\n\nsalt-run manage.status tgt=\'webservers\' tgt_type=\'nodegroup\'',
      params: { output: p.any(true), ...pingParams },
      run: async ({ output: _output, ...ping }, ctx) => ({ ...(await status(ctx, ping)) }),
    }),
    down: fn({
      doc: 'List the minions that do not answer a ping; removekeys=True deletes their keys.\n\nsalt-run manage.down removekeys=True',
      params: { removekeys: p.bool(false), ...pingParams },
      run: ({ removekeys, ...ping }, ctx) => down(ctx, ping, removekeys),
    }),
    up: fn({
      doc: "List the minions that answer a ping.\n\nsalt-run manage.up tgt='web*'",
      params: pingParams,
      run: async (ping, ctx) => (await status(ctx, ping)).up,
    }),
    versions: fn({
      doc: "Compare the versions of the minions with that of the master.\n\nsalt-run manage.versions",
      run: (_args, ctx) => compareAll(ctx),
    }),
    key_regen: fn({
      doc: 'Delete all keys, of the master and of the connected minions, so that new ones are made.\n\nsalt-run manage.key_regen',
      run: (_args, ctx) => regenerateKeys(ctx),
    }),
    safe_accept: fn({
      doc: 'Accept keys whose fingerprints are the same over ssh. Needs salt-ssh; here it says that it cannot.\n\nsalt-run manage.safe_accept my_minion',
      params: { target: p.any(), tgt_type: p.string('glob') },
      run: () => elsewhere('salt-ssh'),
    }),
    bootstrap: fn({
      doc: 'Install minions over ssh. Needs salt-ssh; here it says that it cannot.',
      params: {
        version: p.string('develop'), script: p.string(BOOTSTRAP_SCRIPT), hosts: p.string(''), script_args: p.string(''), roster: p.string('flat'),
        ssh_user: p.string(null), ssh_password: p.string(null), ssh_priv_key: p.string(null), tmp_dir: p.string('/tmp/.bootstrap'),
        http_backend: p.string('tornado'),
      },
      run: () => elsewhere('salt-ssh'),
    }),
    bootstrap_psexec: fn({
      doc: 'Install minions on Windows. Needs psexec; here it says that it cannot.',
      params: {
        hosts: p.string(''), master: p.string(null), version: p.string(null), arch: p.string('win32'), installer_url: p.string(null),
        username: p.string(null), password: p.string(null),
      },
      run: () => elsewhere('psexec'),
    }),
  },
});
