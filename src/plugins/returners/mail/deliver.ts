/** Sends a mail as the options of a returner say. */
import { readFile } from 'node:fs/promises';
import type { ReturnerContext } from '../../../kernel/contract/returner.js';
import { caBundle } from '../../../kernel/sys/http/query.js';
import { mailText, type Mail } from '../../../kernel/sys/mail/message.js';
import { sendMail, type MailServer } from '../../../kernel/sys/mail/send.js';

export interface Delivery {
  readonly server: Pick<MailServer, 'host' | 'port' | 'tls' | 'verify'>;
  readonly user: string | undefined;
  readonly password: string | undefined;
  readonly mail: Omit<Mail, 'date' | 'messageId'>;
  /** What makes the mail itself and no other: a second copy has the same. */
  readonly key: string;
}

/** @throws CommandExecutionError when nobody can get it now */
export async function deliver({ server, user, password, mail, key }: Delivery, ctx: ReturnerContext): Promise<void> {
  const hostname = ctx.sys.hostname();
  const bundle = server.tls !== false && server.verify ? caBundle(undefined, ctx.opts) : undefined;
  const full: MailServer = {
    ...server, hostname, login: user === undefined || password === undefined ? undefined : { user, password },
    ca: bundle === undefined ? undefined : await readFile(bundle),
  };
  const messageId = `${key.replace(/[^\w.-]/g, '_')}@${hostname.replace(/[^\w.-]/g, '_')}`;
  const text = mailText({ ...mail, date: new Date(ctx.sys.now()), messageId });
  const failed = await sendMail(full, mail, text, ctx.signal);
  for (const answer of failed) ctx.log.warn({ answer }, 'the mail server takes the mail for others only');
}
