/**
 * A report on a run of states, as a mail or a file; as HTML, JSON or YAML.
 *
 * Source: read and observed, Salt 3008.3. Differs: the certificate of the mail server is checked (`smtp_verify_ssl: False` leaves that
 * out), the report is for its owner alone, and what is not the result of states is passed over.
 */
import { defineReturner } from '../../kernel/contract/plugin.js';
import type { ReturnerContext } from '../../kernel/contract/returner.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { dumpYaml } from '../../kernel/yaml/dump.js';
import { addresses } from '../../kernel/sys/mail/addresses.js';
import { deliver } from './mail/deliver.js';
import { namedList, reportOf, type Report } from './report/report.js';
import { htmlPage } from './report/table.js';
import { jsonOf } from './shared/json.js';
import { flagOption, numberOption, textOption } from './shared/options.js';
import { sprinkle } from './shared/sprinkle.js';

const FILE_MODE = 0o600;
const SMTP_PORT = 25;

async function report(ret: Readonly<PlainMap>, ctx: ReturnerContext): Promise<void> {
  const made = reportOf(ret);
  if (made === undefined) {
    ctx.log.debug({ jid: ret['jid'], fun: ret['fun'] }, 'not the result of states: no report');
    return;
  }
  const { options } = ctx;
  const isWanted = isTruthy(options['report_everything'])
    || (isTruthy(options['report_changes']) && made.hasChanged) || (isTruthy(options['report_failures']) && made.hasFailed);
  if (!isWanted) return;
  const text = written(await withExtra(made, ctx), String(options['report_format']));
  if (options['report_delivery'] === 'file') await ctx.sys.writeFile(sprinkle(String(options['file_output']), ctx.grains), text, { mode: FILE_MODE });
  else await mail(ret, made, text, ctx);
}

/** With what the function gave that is called after success or failure. */
async function withExtra({ parts, hasFailed }: Report, ctx: ReturnerContext): Promise<readonly Value[]> {
  const fun = textOption(ctx.options, hasFailed ? 'failure_function' : 'success_function');
  return fun === undefined ? parts : [{ extra: [{ [fun]: namedList(await ctx.call(fun)) }] }, ...parts];
}

function written(parts: readonly Value[], format: string): string {
  if (format === 'json') return jsonOf(parts, 'highstate');
  return format === 'yaml' ? dumpYaml(parts, { flowStyle: false }) : htmlPage(parts);
}

async function mail(ret: Readonly<PlainMap>, { hasFailed }: Report, body: string, ctx: ReturnerContext): Promise<void> {
  const { options } = ctx;
  const [from, to] = [textOption(options, 'smtp_sender'), addresses(options['smtp_recipients'])];
  if (from === undefined || to.length === 0) {
    ctx.log.error({}, 'highstate: smtp_sender and smtp_recipients must be set for a mail');
    return;
  }
  const format = String(options['report_format']);
  await deliver({
    server: {
      host: textOption(options, 'smtp_server') ?? 'localhost', port: numberOption(options, 'smtp_port', SMTP_PORT),
      tls: flagOption(options, 'smtp_tls'), verify: options['smtp_verify_ssl'] !== false,
    },
    user: textOption(options, 'smtp_username'), password: textOption(options, 'smtp_password'),
    mail: {
      from, to, body, kind: format === 'json' || format === 'yaml' ? format : 'html',
      subject: sprinkle(String(options[hasFailed ? 'smtp_failure_subject' : 'smtp_success_subject']), ctx.grains),
    },
    key: `highstate-${String(ret['jid'] ?? ctx.sys.now())}-${String(ret['id'] ?? ctx.id)}`,
  }, ctx);
}

export default defineReturner({
  name: 'highstate_return',
  serves: 'highstate',
  doc: 'Sends a report on a run of states as a mail, or writes it to a file.',
  options: {
    report_everything: { doc: 'also when nothing changed and nothing failed', default: false },
    report_changes: { doc: 'when something changed', default: true },
    report_failures: { doc: 'when something failed', default: true },
    failure_function: { doc: 'a function of a module whose result is added after a failure' },
    success_function: { doc: 'a function of a module whose result is added after a success' },
    report_format: { doc: 'html, json or yaml', default: 'yaml' },
    report_delivery: { doc: 'smtp or file', default: 'file' },
    file_output: { doc: 'the file; {id} and other grains in braces', default: '/tmp/test.rpt' },
    smtp_sender: { doc: 'address of the sender' },
    smtp_recipients: { doc: 'addresses, with commas between them' },
    smtp_failure_subject: { doc: 'subject after a failure; grains in braces', default: 'Installation failure' },
    smtp_success_subject: { doc: 'subject after a success; grains in braces', default: 'Installation success' },
    smtp_server: { doc: 'the mail server; localhost when it is not set' },
    smtp_port: { doc: 'its port', default: SMTP_PORT },
    smtp_tls: { doc: 'true: STARTTLS', default: false },
    smtp_verify_ssl: { doc: 'false: any certificate of the server will do', default: true },
    smtp_username: { doc: 'to log in with' },
    smtp_password: { doc: 'to log in with' },
  },
  returner: report,
});
