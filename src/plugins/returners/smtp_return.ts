/**
 * Sends each result as a mail.
 *
 * Source: the documentation of Salt 3006. Differs: the certificate of the server is checked (`smtp.verify_ssl: False` leaves that out).
 */
import { join } from 'node:path';
import { defineReturner } from '../../kernel/contract/plugin.js';
import type { ReturnerContext } from '../../kernel/contract/returner.js';
import { str } from '../../kernel/std/python-text.js';
import { newJid } from '../../kernel/std/time.js';
import { isPlainMap, type PlainMap, type Value } from '../../kernel/std/value.js';
import { addresses } from '../../kernel/sys/mail/addresses.js';
import { deliver } from './mail/deliver.js';
import { flagOption, needed, numberOption, textOption } from './shared/options.js';

const SMTP_PORT = 25;
const FIELDS = [['id', 'id'], ['function', 'fun'], ['function args', 'fun_args'], ['jid', 'jid'], ['return', 'return']] as const;

async function send(ret: Readonly<PlainMap>, ctx: ReturnerContext): Promise<void> {
  const { options } = ctx;
  const must = needed(ctx, 'smtp', ['from', 'to', 'host']);
  if (must === undefined) return;
  const to = addresses(must.to);
  const body = await encrypted(await contentOf(ret, ctx), to, ctx);
  await deliver({
    server: { host: must.host, port: numberOption(options, 'port', SMTP_PORT), tls: flagOption(options, 'tls'), verify: options['verify_ssl'] !== false },
    user: textOption(options, 'username'), password: textOption(options, 'password'),
    mail: { from: must.from, to, body, kind: 'plain', subject: await subjectOf(ret, ctx) },
    key: `smtp-${String(ret['jid'] ?? ctx.sys.now())}-${String(ret['id'] ?? ctx.id)}`,
  }, ctx);
}

async function subjectOf(ret: Readonly<PlainMap>, ctx: ReturnerContext): Promise<string> {
  const fields = addresses(ctx.options['fields']).filter((field) => ret[field] !== undefined);
  const text = [textOption(ctx.options, 'subject') ?? '', ...fields.map((field) => str(ret[field] as Value))].join(' ').trim();
  return /\{[{%#]/.test(text) ? render(text, ret, ctx) : text;
}

/** The text of the template file that the options name, else the main fields. */
async function contentOf(ret: Readonly<PlainMap>, ctx: ReturnerContext): Promise<string> {
  const path = textOption(ctx.options, 'template');
  if (path !== undefined) return render(await ctx.sys.fs.readFile(path, 'utf8'), ret, ctx);
  return FIELDS.map(([title, field]) => `${title}: ${str(ret[field] ?? null)}\r\n`).join('');
}

function render(text: string, ret: Readonly<PlainMap>, ctx: ReturnerContext): Promise<string> {
  return ctx.port('render').template(text, textOption(ctx.options, 'renderer') ?? 'jinja', { saltenv: 'base', variables: { ...ret } });
}

/** For the keys of those who get it, in the key ring of the user `gpgowner`; what cannot be encrypted is not sent. */
async function encrypted(text: string, to: readonly string[], ctx: ReturnerContext): Promise<string> {
  const owner = textOption(ctx.options, 'gpgowner');
  if (owner === undefined) return text;
  const account = await ctx.sys.userByName(owner);
  const home = account === undefined ? undefined : join(account.home, '.gnupg');
  if (home === undefined) ctx.log.error({ owner }, 'smtp: there is no user gpgowner');
  else {
    const names = to.flatMap((one) => ['--recipient', one]);
    const done = await ctx.sys.run(['gpg', '--homedir', home, '--batch', '--no-tty', '--trust-model', 'always', '--armor', ...names, '--encrypt'], { stdin: text, signal: ctx.signal });
    if (done.code === 0) return Buffer.from(done.stdout).toString('utf8');
    ctx.log.error({ code: done.code, said: Buffer.from(done.stderr).toString('utf8').slice(0, 200) }, 'smtp: Encryption failed, only an error message will be sent');
  }
  return 'Encryption failed, the return data was not sent.\r\n';
}

export default defineReturner({
  name: 'smtp_return',
  serves: 'smtp',
  doc: 'Sends each result as a mail.',
  options: {
    from: { doc: 'address of the sender' },
    to: { doc: 'addresses, with commas between them' },
    host: { doc: 'the mail server' },
    port: { doc: 'its port', default: SMTP_PORT },
    username: { doc: 'to log in with' },
    password: { doc: 'to log in with' },
    tls: { doc: 'true: STARTTLS', default: false },
    verify_ssl: { doc: 'false: any certificate of the server will do', default: true },
    subject: { doc: 'the subject; may be a template' },
    fields: { doc: 'fields of the result that are added to the subject, with commas between them' },
    template: { doc: 'a file: template of the text' },
    renderer: { doc: 'engine of templates', default: 'jinja' },
    gpgowner: { doc: 'encrypt with the key ring of this user' },
  },
  returner: send,
  async eventReturn(events, ctx) {
    for (const { data } of events) if (data !== undefined && isPlainMap(data)) await send(data, ctx);
  },
  prepJid: (_nocache, passedJid) => passedJid ?? newJid(),
});
