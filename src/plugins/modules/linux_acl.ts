/** Access lists of files. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { splitLines } from '../../kernel/std/python-space.js';
import { str } from '../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { readListing } from './linux_acl/listing.js';

const KINDS: Readonly<Record<string, string>> = { user: 'u', u: 'u', group: 'g', g: 'g', mask: 'm', m: 'm' };

/** `d:u` for `default:user`. */
function prefixOf(kind: string): string {
  if (!kind.startsWith('d')) return KINDS[kind] ?? '';
  return `d:${KINDS[kind.replaceAll('default:', '').replaceAll('d:', '')] ?? ''}`;
}

/** A comma would begin a second entry, for whomever it names. */
function entry(...parts: readonly string[]): string {
  if (parts.slice(1).some((part) => /[,:\s\0]/.test(part))) throw new InvocationError(`'${parts.join(':')}' is not an entry of an access list`);
  return parts.join(':');
}

function paths(args: readonly Value[]): string[] {
  if (args.length === 0) throw new CommandExecutionError('You need to specify at least one file or directory to work with!');
  return args.map(str);
}

async function setfacl(words: readonly string[], files: readonly Value[], kwargs: PlainMap, ctx: Context): Promise<true> {
  const recursive = isTruthy(kwargs['recursive']) ? ['-R'] : [];
  const options = { python_shell: false, ...(isTruthy(kwargs['raise_err']) ? { raise_err: true } : {}) };
  await ctx.call('cmd.run', [['setfacl', ...recursive, ...words, '--', ...paths(files)]], options);
  return true;
}

const files = { args: p.rest(), kwargs: p.keywords() };
const aclType = p.string();
const aclName = p.string('');

export default defineModule({
  name: 'linux_acl',
  serves: 'acl',
  virtual: async (ctx) => ((await ctx.sys.which('getfacl')) === undefined ? 'The linux_acl execution module cannot be loaded: the getfacl binary is not in the path.' : true),
  doc: 'Gives and sets access lists of files.',
  functions: {
    version: fn({
      doc: "Give the version of getfacl.\n\nsalt '*' acl.version",
      run: async (_args, ctx) => str(await ctx.call('cmd.run', [['getfacl', '--version']], { python_shell: false })).split(/\s+/)[1] ?? '',
    }),
    getfacl: fn({
      doc: "Give the access lists of files.\n\nsalt '*' acl.getfacl /tmp/house/kitchen\nsalt '*' acl.getfacl /tmp/house/kitchen /tmp/house/livingroom recursive=True",
      params: files,
      async run({ args, kwargs }, ctx) {
        const recursive = isTruthy(kwargs['recursive']) ? ['-R'] : [];
        const text = await ctx.call('cmd.run', [['getfacl', '--absolute-names', ...recursive, '--', ...paths(args)]], { python_shell: false });
        return readListing(splitLines(str(text)));
      },
    }),
    wipefacls: fn({
      doc: "Remove the access lists of files.\n\nsalt '*' acl.wipefacls /tmp/house/kitchen recursive=True",
      params: files,
      run: ({ args, kwargs }, ctx) => setfacl(['-b'], args, kwargs, ctx),
    }),
    modfacl: fn({
      doc: "Add an entry to the access lists of files.\n\nsalt '*' acl.modfacl user myuser rwx /tmp/house/kitchen\nsalt '*' acl.modfacl default:group mygroup rx /tmp/house/kitchen recursive=True",
      params: { acl_type: aclType, acl_name: aclName, perms: p.string(''), ...files },
      run: ({ args, kwargs, ...given }, ctx) => setfacl(['-m', entry(prefixOf(given.acl_type), given.acl_name, given.perms)], args, kwargs, ctx),
    }),
    delfacl: fn({
      doc: "Remove an entry from the access lists of files.\n\nsalt '*' acl.delfacl user myuser /tmp/house/kitchen",
      params: { acl_type: aclType, acl_name: aclName, ...files },
      run: ({ args, kwargs, ...given }, ctx) => setfacl(['-x', entry(prefixOf(given.acl_type), given.acl_name)], args, kwargs, ctx),
    }),
  },
});
