/** SELinux: mode, booleans, modules, policies of files and ports. The craft is in the folder beside it. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { isTruthy, mapEntries, type PlainMap, type Value, type ValueMap } from '../../kernel/std/value.js';
import { runAll, word } from './lookup/programs.js';
import { fileType, findFilePolicy, findPortPolicy, parseBooleans, parseModules, parseRelabeled, portOf, type FilePolicy } from './selinux/listed.js';
import { configuredMode, modeNow, setMode } from './selinux/mode.js';

/** Differs: a list that cannot be had is an error in the words of the program; Salt takes it as empty. */
async function listOf(argv: readonly string[], ctx: Context): Promise<string> {
  const done = await runAll(ctx, argv);
  if (done.retcode !== 0) throw new CommandExecutionError(done.stderr.trim() || done.stdout.trim());
  return done.stdout;
}

/** Whether it worked; with `strict` a failure is an error in the words of the program. */
async function succeeds(argv: readonly string[], strict: boolean, ctx: Context): Promise<boolean> {
  const done = await runAll(ctx, argv);
  if (strict && done.retcode !== 0) throw new CommandExecutionError(done.stderr.trim() || done.stdout.trim());
  return done.retcode === 0;
}

const booleans = async (ctx: Context): Promise<PlainMap> => parseBooleans(await listOf(['semanage', 'boolean', '--list'], ctx));
const modules = async (ctx: Context): Promise<PlainMap> => parseModules(await listOf(['semodule', '--list-modules=full'], ctx));
/** True and False as YAML reads `on` and `off`. */
const switchWord = (value: Value): string => (typeof value === 'boolean' ? (value ? 'on' : 'off') : word(value, 'Value'));

const setBooleans = (pairs: ValueMap, persist: Value, strict: boolean, ctx: Context): Promise<boolean> =>
  succeeds(['setsebool', ...isTruthy(persist) ? ['-P'] : [], ...mapEntries(pairs).map(([name, value]) => `${word(name, 'Boolean')}=${switchWord(value)}`)], strict, ctx);

function setModule(module: string, state: string, strict: boolean, ctx: Context): Promise<boolean> {
  const option = new Map([['enabled', '--enable'], ['disabled', '--disable']]).get(state.toLowerCase());
  if (option === undefined) throw new InvocationError(`Invalid state ${state}`);
  return succeeds(['semodule', option, word(module, 'Module')], strict, ctx);
}

async function installModule(given: string, strict: boolean, ctx: Context): Promise<boolean> {
  const path = given.startsWith('salt://') ? await ctx.call('cp.cache_file', [given]) : given;
  // A file that the master has not got is named to semodule as it was given: it tells that there is none.
  return succeeds(['semodule', '--install', word(isTruthy(path) ? path : given, 'Module')], strict, ctx);
}

const filePolicies = (ctx: Context): Promise<string> => listOf(['semanage', 'fcontext', '--list'], ctx);

/** Differs: an entry is modified when it is of the same kind of file; Salt looks at the name alone, and semanage refuses. */
async function changeFilePolicy(action: 'add' | 'delete', wanted: FilePolicy, ctx: Context): Promise<PlainMap> {
  const { name, filetype, sel_type, sel_user, sel_level } = wanted;
  if (filetype !== null) fileType(filetype);
  const same = action === 'add' ? findFilePolicy(await filePolicies(ctx), { name, filetype: filetype ?? 'a', sel_type: null, sel_user: null, sel_level: null }) : null;
  const option = (flag: string, value: Value): string[] => (value === null ? [] : [flag, word(value, 'Value')]);
  return await runAll(ctx, [
    'semanage', 'fcontext', same === null ? `--${action}` : '--modify', ...filetype === 'a' ? [] : option('--ftype', filetype), ...option('--type', sel_type), ...option('--seuser', sel_user), ...option('--range', sel_level), word(name, 'Name'),
  ]) as unknown as PlainMap;
}

const restoreWords = (flags: readonly string[], name: string, recursive: boolean): string[] => ['restorecon', ...flags, ...recursive ? ['-R'] : [], word(name, 'Name')];

async function applyFilePolicy(name: string, recursive: boolean, ctx: Context): Promise<PlainMap> {
  const foretold = await listOf(restoreWords(['-n', '-v'], name, recursive), ctx);
  const done = await runAll(ctx, restoreWords(['-v', '-F'], name, recursive)) as unknown as PlainMap;
  if (done['retcode'] !== 0) return done;
  const changes = parseRelabeled(foretold);
  return changes === undefined ? { ...done, retcode: 1, error: 'Unrecognized response from restorecon command.' } : { ...done, ...Object.keys(changes).length > 0 ? { changes } : {} };
}

interface PortWish {
  readonly name: string;
  readonly sel_type: Value;
  readonly protocol: Value;
  readonly port: Value;
  readonly sel_range: Value;
}
async function changePortPolicy(action: 'add' | 'modify' | 'delete', wanted: PortWish, ctx: Context): Promise<Value> {
  const { sel_type, sel_range } = wanted;
  if (action === 'add' && !isTruthy(sel_type)) throw new InvocationError('SELinux Type is required to add a policy');
  const { protocol, port } = portOf(wanted.name, wanted.protocol, wanted.port);
  const option = (flag: string, value: Value): string[] => (isTruthy(value) ? [flag, word(value, 'Value')] : []);
  return await runAll(ctx, ['semanage', 'port', `--${action}`, '--proto', protocol, ...option('--type', sel_type), ...option('--range', sel_range), port]) as unknown as PlainMap;
}

async function missingProgram(ctx: Context): Promise<string | undefined> {
  for (const program of ['semanage', 'setsebool', 'semodule']) if (await ctx.sys.which(program) === undefined) return program;
  return undefined;
}

const name = p.string();
const filePolicy = { name, filetype: p.any(null, 'a, f, d, c, b, s, l or p'), sel_type: p.any(null), sel_user: p.any(null), sel_level: p.any(null) };
const protocol = p.any(null);
const portPolicy = { name: p.string(), sel_type: p.any(null), protocol, port: p.any(null), sel_range: p.any(null) };
const recursive = p.bool(false);
const strict = p.bool(false, 'a failure is an error in the words of the program');
const persist = p.any(false, 'also from the next start');

export default defineModule({
  name: 'selinux',
  when: { kernel: ['Linux'] },
  async virtual(ctx) {
    const missing = await missingProgram(ctx);
    return missing === undefined ? true : `${missing} is not in the path`;
  },
  doc: 'SELinux: mode, booleans, modules, policies of files and ports.',
  functions: {
    selinux_fs_path: fn({ doc: "Give the folder in which the kernel shows SELinux.\n\nsalt '*' selinux.selinux_fs_path", run: async (_args, ctx) => (await ctx.sys.exists('/sys/fs/selinux/enforce') ? '/sys/fs/selinux' : await ctx.sys.exists('/selinux/enforce') ? '/selinux' : null) }),
    getenforce: fn({ doc: "Give the mode: Enforcing, Permissive or Disabled.\n\nsalt '*' selinux.getenforce", run: (_args, ctx) => modeNow(ctx) }),
    getconfig: fn({ doc: "Give the mode of the configuration.\n\nsalt '*' selinux.getconfig", run: (_args, ctx) => configuredMode(ctx) }),
    setenforce: fn({ doc: "Set the mode, now and in the configuration.\n\nsalt '*' selinux.setenforce enforcing", params: { mode: p.string() }, run: ({ mode }, ctx) => setMode(mode, ctx) }),
    getsebool: fn({ doc: "Give a boolean.\n\nsalt '*' selinux.getsebool virt_use_usb", params: { boolean: p.string() }, run: async ({ boolean }, ctx) => (await booleans(ctx))[boolean] ?? {} }),
    setsebool: fn({ doc: "Set a boolean.\n\nsalt '*' selinux.setsebool virt_use_usb off", params: { boolean: p.string(), value: p.any(), persist }, run: (args, ctx) => setBooleans({ [args.boolean]: args.value }, args.persist, false, ctx) }),
    setsebools: fn({ doc: "Set several booleans.\n\nsalt '*' selinux.setsebools '{virt_use_usb: on, squid_use_tproxy: off}'", params: { pairs: p.map(), persist, strict }, run: (args, ctx) => setBooleans(args.pairs, args.persist, args.strict, ctx) }),
    list_sebool: fn({ doc: "List the booleans.\n\nsalt '*' selinux.list_sebool", run: (_args, ctx) => booleans(ctx) }),
    getsemod: fn({ doc: "Give a module.\n\nsalt '*' selinux.getsemod mysql", params: { module: p.string() }, run: async ({ module }, ctx) => (await modules(ctx))[module] ?? {} }),
    setsemod: fn({ doc: "Enable or disable a module.\n\nsalt '*' selinux.setsemod mysql Enabled", params: { module: p.string(), state: p.string(), strict }, run: (args, ctx) => setModule(args.module, args.state, args.strict, ctx) }),
    install_semod: fn({ doc: "Install a module from a file.\n\nsalt '*' selinux.install_semod salt://path/to/module.pp", params: { module_path: p.string(), strict }, run: (args, ctx) => installModule(args.module_path, args.strict, ctx) }),
    remove_semod: fn({ doc: "Remove a module.\n\nsalt '*' selinux.remove_semod module_name", params: { module: p.string(), strict }, run: (args, ctx) => succeeds(['semodule', '--remove', word(args.module, 'Module')], args.strict, ctx) }),
    list_semod: fn({ doc: "List the modules.\n\nsalt '*' selinux.list_semod", run: (_args, ctx) => modules(ctx) }),
    filetype_id_to_string: fn({ doc: "Give the name of a kind of file.\n\nsalt '*' selinux.filetype_id_to_string f", params: { filetype: p.any('a') }, run: ({ filetype }) => fileType(filetype) }),
    fcontext_get_policy: fn({ doc: "Give the policy of a path, or null.\n\nsalt '*' selinux.fcontext_get_policy my-policy", params: filePolicy, run: async (args, ctx) => { if (isTruthy(args.filetype)) fileType(args.filetype); return findFilePolicy(await filePolicies(ctx), args); } }),
    fcontext_add_policy: fn({ doc: "Add the policy of a path, or change it.\n\nsalt '*' selinux.fcontext_add_policy '/srv/www(/.*)?' sel_type=httpd_sys_content_t", params: filePolicy, run: (args, ctx) => changeFilePolicy('add', args, ctx) }),
    fcontext_delete_policy: fn({ doc: "Delete the policy of a path.\n\nsalt '*' selinux.fcontext_delete_policy my-policy", params: filePolicy, run: (args, ctx) => changeFilePolicy('delete', args, ctx) }),
    fcontext_policy_is_applied: fn({ doc: "Give what restorecon would change; nothing when policies are applied.\n\nsalt '*' selinux.fcontext_policy_is_applied my-policy", params: { name, recursive }, run: (args, ctx) => listOf(restoreWords(['-n', '-v'], args.name, args.recursive), ctx) }),
    fcontext_apply_policy: fn({ doc: "Apply the policies to a path.\n\nsalt '*' selinux.fcontext_apply_policy my-policy", params: { name, recursive }, run: (args, ctx) => applyFilePolicy(args.name, args.recursive, ctx) }),
    port_get_policy: fn({
      doc: "Give the policy of a port, or null.\n\nsalt '*' selinux.port_get_policy tcp/80",
      params: { name, sel_type: p.any(null), protocol, port: p.any(null) },
      async run(args, ctx) { const port = portOf(args.name, args.protocol, args.port); return findPortPolicy(await listOf(['semanage', 'port', '--list'], ctx), port, args.sel_type); },
    }),
    port_add_policy: fn({ doc: "Add the policy of a port.\n\nsalt '*' selinux.port_add_policy tcp/8080 http_port_t", params: portPolicy, run: (args, ctx) => changePortPolicy('add', args, ctx) }),
    port_modify_policy: fn({ doc: "Change the policy of a port.\n\nsalt '*' selinux.port_modify_policy tcp/8080 http_port_t", params: portPolicy, run: (args, ctx) => changePortPolicy('modify', args, ctx) }),
    port_delete_policy: fn({ doc: "Delete the policy of a port.\n\nsalt '*' selinux.port_delete_policy tcp/8080", params: { name, protocol, port: p.any(null) }, run: (args, ctx) => changePortPolicy('delete', { ...args, sel_type: null, sel_range: null }, ctx) }),
  },
});
