/** The layout of the keyboard: of the console, and of X. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import type { PlainMap } from '../../kernel/std/value.js';

/** Where systems without systemd keep it. */
const FILES: Readonly<Record<string, { readonly path: string; readonly key: string }>> = {
  RedHat: { path: '/etc/sysconfig/keyboard', key: 'LAYOUT' },
  Debian: { path: '/etc/default/keyboard', key: 'XKBLAYOUT' },
  Gentoo: { path: '/etc/conf.d/keymaps', key: 'keymap' },
};

const fileOf = (ctx: Context): { readonly path: string; readonly key: string } | undefined => FILES[str(ctx.grains['os_family'] ?? '')];
const hasSystemd = async (ctx: Context): Promise<boolean> => (await ctx.sys.which('localectl')) !== undefined;

/** Files are read by shells, and programs take a dash for an option. */
function checked(layout: string): string {
  if (!/^[A-Za-z0-9][\w.,+()-]*$/.test(layout)) throw new InvocationError(`'${layout}' is no name of a layout`);
  return layout;
}

/** @throws CommandExecutionError with the program's words. Differs: Salt 3008.3 says nothing of a failure. */
async function output(words: readonly string[], ctx: Context): Promise<string> {
  const done = await ctx.call('cmd.run_all', [words], { python_shell: false }) as PlainMap;
  if (done['retcode'] !== 0) throw new CommandExecutionError(str(done['stderr'] ?? '') || str(done['stdout'] ?? '') || `${words[0] ?? ''} failed`);
  return str(done['stdout'] ?? '');
}

async function get(ctx: Context): Promise<string> {
  if (await hasSystemd(ctx)) {
    const line = /^\s*(?:VC )?Keymap:\s*(.*)$/m.exec(await output(['localectl', 'status'], ctx));
    if (line === null) throw new CommandExecutionError('localectl tells no keymap');
    return (line[1] ?? '').trim();
  }
  const { path, key } = fileOf(ctx) ?? { path: '', key: '' };
  const value = new RegExp(`^\\s*${key}\\s*=(.*)$`, 'm').exec(await ctx.sys.readText(path) ?? '')?.[1];
  if (value === undefined) throw new CommandExecutionError(`There is no ${key} in ${path}`);
  return value.trim().replaceAll('"', '');
}

async function set(layout: string, ctx: Context): Promise<string> {
  checked(layout);
  if (await hasSystemd(ctx)) {
    await output(['localectl', 'set-keymap', layout], ctx);
    return layout;
  }
  const { path, key } = fileOf(ctx) ?? { path: '', key: '' };
  const text = await ctx.sys.readText(path) ?? '';
  const line = `${key}="${layout}"`;
  const pattern = new RegExp(`^${key}=.*$`, 'm');
  const whole = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  await ctx.sys.writeFile(path, pattern.test(text) ? text.replace(pattern, () => line) : `${whole}${line}\n`);
  return layout;
}

const layout = p.string();

export default defineModule({
  name: 'keyboard',
  virtual: async (ctx) => (await hasSystemd(ctx) || fileOf(ctx) !== undefined
    ? true : 'The keyboard exeuction module cannot be loaded: only works on Redhat, Debian or Gentoo systems or if localectl binary in path.'),
  doc: 'The layout of the keyboard.',
  functions: {
    get_sys: fn({ doc: "Give the layout of the system.\n\nsalt '*' keyboard.get_sys", run: (_args, ctx) => get(ctx) }),
    set_sys: fn({ doc: "Set the layout of the system.\n\nsalt '*' keyboard.set_sys dvorak", params: { layout }, run: (args, ctx) => set(args.layout, ctx) }),
    get_x: fn({
      doc: "Give the layout of X.\n\nsalt '*' keyboard.get_x",
      async run(_args, ctx) {
        const line = /^\s*layout:\s*(.*)$/m.exec(await output(['setxkbmap', '-query'], ctx));
        if (line === null) throw new CommandExecutionError('setxkbmap tells no layout');
        return (line[1] ?? '').trim();
      },
    }),
    set_x: fn({
      doc: "Set the layout of X.\n\nsalt '*' keyboard.set_x dvorak",
      params: { layout },
      async run(args, ctx) {
        await output(['setxkbmap', checked(args.layout)], ctx);
        return args.layout;
      },
    }),
  },
});
