/** SELinux. The craft is in the folder beside it. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import type { PlainMap } from '../../kernel/std/value.js';
import { joinedBooleans, setBooleans } from './selinux/booleans.js';
import { moduleInstall, moduleRemove, moduleState } from './selinux/modules.js';
import { fileAbsent, fileApplied, filePresent, portAbsent, portPresent } from './selinux/policies.js';
import { guarded } from './outcome/step.js';

function modeOf(given: string): 'Enforcing' | 'Permissive' | 'Disabled' | undefined {
  const text = given.toLowerCase();
  // YAML reads the bare words on and off as True and False.
  if (text.startsWith('e') || ['1', 'on', 'true'].includes(text)) return 'Enforcing';
  if (text.startsWith('p') || ['0', 'off', 'false'].includes(text)) return 'Permissive';
  return text.startsWith('d') ? 'Disabled' : undefined;
}

/** Differs: what needs a new start to become disabled is not set again in each run; where there is no SELinux it is disabled. */
async function mode(name: string, ctx: Context): Promise<PlainMap> {
  const wanted = modeOf(name);
  if (wanted === undefined) return failed(name, `${name} is not an accepted mode`);
  const [running, configured] = [await ctx.call('selinux.getenforce'), await ctx.call('selinux.getconfig')];
  const isOff = wanted === 'Disabled' && ((configured === wanted && running === 'Permissive') || (configured === null && running === wanted));
  if (isOff || (running === wanted && configured === wanted)) return done(name, `SELinux is already in ${wanted} mode`);
  const changes = { old: running === wanted ? configured : running, new: wanted };
  if (ctx.test) return wouldChange(name, `SELinux mode is set to be changed to ${wanted}`, changes);
  const now = await ctx.call('selinux.setenforce', [wanted]);
  if (now === wanted || (wanted === 'Disabled' && await ctx.call('selinux.getconfig') === wanted)) return done(name, `SELinux has been set to ${wanted} mode`, changes);
  return failed(name, `Failed to set SELinux to ${wanted} mode`);
}

const name = p.string();
const filetype = p.any('a', 'a, f, d, c, b, s, l or p');
const sel_type = p.any(null);
const sel_user = p.any(null);
const sel_level = p.any(null);
const protocol = p.any(null, 'when the name does not tell it, as tcp/8080 does');
const port = p.any(null);

export default defineState({
  name: 'selinux',
  virtual: async (ctx) => (await ctx.has('selinux.getenforce') ? true : 'selinux module could not be loaded'),
  doc: 'SELinux: mode, booleans, modules, policies of files and ports.',
  functions: {
    mode: fn({ doc: 'Make sure of the mode: Enforcing, Permissive or Disabled.', params: { name }, run: (args, ctx) => guarded(args.name, mode(args.name, ctx)) }),
    boolean: fn({
      doc: 'Make sure of a boolean, or of several.',
      params: { name, value: p.any(null), booleans: p.any(null, 'a map, or a list of names and maps'), persist: p.any(false, 'also from the next start') },
      run: (args, ctx) => guarded(args.name, setBooleans(args, ctx)),
    }),
    module: fn({
      doc: 'Make sure that a module is enabled or disabled; install=True or remove=True with source.',
      params: { name, module_state: p.any('Enabled'), version: p.any('any'), opts: p.keywords() },
      run: (args, ctx) => guarded(args.name, moduleState(args, ctx)),
    }),
    module_install: fn({ doc: 'Install a module from a file.', params: { name }, run: (args, ctx) => guarded(args.name, moduleInstall(args.name, ctx)) }),
    module_remove: fn({ doc: 'Make sure that a module is not there.', params: { name }, run: (args, ctx) => guarded(args.name, moduleRemove(args.name, ctx)) }),
    fcontext_policy_present: fn({ doc: 'Make sure of the policy of a path.', params: { name, sel_type: p.any(), filetype, sel_user, sel_level }, run: (args, ctx) => guarded(args.name, filePresent(args, ctx)) }),
    fcontext_policy_absent: fn({ doc: 'Make sure that a path has no policy.', params: { name, filetype, sel_type, sel_user, sel_level }, run: (args, ctx) => guarded(args.name, fileAbsent(args, ctx)) }),
    fcontext_policy_applied: fn({ doc: 'Make sure that files have the contexts of their policies.', params: { name, recursive: p.bool(false) }, run: (args, ctx) => guarded(args.name, fileApplied(args.name, args.recursive, ctx)) }),
    port_policy_present: fn({ doc: 'Make sure of the policy of a port.', params: { name, sel_type: p.any(), protocol, port, sel_range: p.any(null) }, run: (args, ctx) => guarded(args.name, portPresent(args, ctx)) }),
    port_policy_absent: fn({ doc: 'Make sure that a port has no policy.', params: { name, sel_type, protocol, port }, run: (args, ctx) => guarded(args.name, portAbsent(args, ctx)) }),
    mod_aggregate: fn({ doc: 'Join the booleans of several states.', params: { low: p.map(), chunks: p.list(), running: p.map() }, run: ({ low, chunks, running }) => joinedBooleans(low, chunks, running) }),
  },
});
