/**
 * Mails.
 *
 * Source: the documentation of Salt 3006. Differs: there a mail that nobody takes answers False and only the log knows why; ours fails
 * with the server's words. The certificate of the server is checked.
 */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError, InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isMap, mapGet, type Value } from '../../kernel/std/value.js';
import { mailText, type Attachment } from '../../kernel/sys/mail/message.js';
import { sendMail, type MailServer } from '../../kernel/sys/mail/send.js';
import { caBundle } from '../../kernel/sys/http/query.js';
import { addresses } from '../../kernel/sys/mail/addresses.js';

const PORT = 25;
const TLS_PORT = 465;
const ATTACHED_BYTES_MAX = 25 * 1024 * 1024;

interface Account {
  readonly server: Value;
  readonly use_ssl: Value;
  readonly sender: Value;
  readonly username: Value;
  readonly password: Value;
}

/** What the profile of the configuration says goes before what the call says. */
async function accountOf(given: Account, profile: Value, ctx: Context): Promise<Account> {
  if (profile === null) return given;
  const kept = await ctx.call('config.option', [profile]);
  if (!isMap(kept)) throw new CommandExecutionError(`There is no profile '${str(profile)}' in the configuration: a mapping with smtp.server, smtp.tls, smtp.sender, smtp.username, smtp.password`);
  const of = (name: string, otherwise: Value): Value => mapGet(kept, `smtp.${name}`) ?? otherwise;
  return {
    server: of('server', given.server), use_ssl: of('tls', given.use_ssl), sender: of('sender', given.sender),
    username: of('username', given.username), password: of('password', given.password),
  };
}

/** `host`, `host:port`, `[address]:port`. */
function hostAndPort(server: string, otherwise: number): { host: string; port: number } {
  const match = /^(?:\[(?<address>[^\]]+)\]|(?<host>[^:]+))(?::(?<port>\d{1,5}))?$/.exec(server);
  if (match?.groups === undefined) throw new InvocationError(`'${server}' is no mail server: wanted is a name or address, and maybe a colon and a port`);
  const { address, host, port } = match.groups;
  return { host: address ?? host ?? '', port: port === undefined ? otherwise : Number(port) };
}

async function serverOf(account: Account, ctx: Context): Promise<MailServer> {
  const isSecure = /^true$/i.test(str(account.use_ssl));
  const bundle = caBundle(undefined, ctx.opts);
  const { username, password } = account;
  return {
    ...hostAndPort(str(account.server ?? ''), isSecure ? TLS_PORT : PORT), tls: isSecure ? 'at once' : 'offered', verify: true, hostname: ctx.sys.hostname(),
    login: username === null || password === null ? undefined : { user: str(username), password: str(password) },
    ca: bundle === undefined ? undefined : await readFile(bundle),
  };
}

async function attached(paths: Value, ctx: Context): Promise<Attachment[]> {
  const files: Attachment[] = [];
  let bytes = 0;
  for (const path of isList(paths) ? paths.map(str) : []) {
    const content = await ctx.sys.fs.readFile(path);
    bytes += content.length;
    if (bytes > ATTACHED_BYTES_MAX) throw new CommandExecutionError(`${path} makes the attachments larger than ${ATTACHED_BYTES_MAX} bytes together`);
    files.push({ name: basename(path), content });
  }
  return files;
}

export default defineModule({
  name: 'smtp',
  doc: 'Sends mails.',
  functions: {
    send_msg: fn({
      doc: "Sends a mail. The server and the account may stand in the configuration, as a profile.\nsalt '*' smtp.send_msg admin@example.com 'the text' profile=my-smtp-account\nsalt '*' smtp.send_msg admin@example.com 'the text' server=mail.example.com:25 use_ssl=False sender=salt@example.com",
      params: {
        recipient: p.any(), message: p.any(), subject: p.any('Message from Salt'), sender: p.any(null), server: p.any(null), use_ssl: p.any('True'),
        username: p.any(null), password: p.any(null), profile: p.any(null), attachments: p.any(null),
      },
      async run({ recipient, message, subject, profile, attachments, ...given }, ctx) {
        const account = await accountOf(given, profile, ctx);
        const [from, to] = [str(account.sender ?? ''), addresses(recipient)];
        if (to.length === 0 || from === '' || account.server === null) throw new InvocationError('A mail needs a recipient, a sender and a server; the latter two may come from a profile');
        const server = await serverOf(account, ctx);
        const text = mailText({
          from, to, subject: str(subject), body: str(message), kind: 'plain', date: new Date(ctx.sys.now()), messageId: `${randomUUID()}@${server.hostname}`,
          attachments: await attached(attachments, ctx),
        });
        const failed = await sendMail(server, { from, to }, text, ctx.signal);
        if (failed[0] !== undefined) throw new CommandExecutionError(`Not everybody gets the mail: ${failed.join('; ')}`);
        return true;
      },
    }),
  },
});
