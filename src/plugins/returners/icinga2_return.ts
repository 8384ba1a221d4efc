/**
 * Reports each result as that of a passive check to Icinga 2 (`/v1/actions/process-check-result`), so that a failed job alarms.
 *
 * The API as Icinga documents it. Salt has no returner for it.
 */
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { defineReturner } from '../../kernel/contract/plugin.js';
import type { ReturnerContext } from '../../kernel/contract/returner.js';
import { str } from '../../kernel/std/python-text.js';
import { isList, isPlainMap, isTruthy, type PlainMap } from '../../kernel/std/value.js';
import { countStates, statesOf, type StateCounts } from './report/states.js';
import { jsonOf, mapOfJson } from './shared/json.js';
import { needed, serverOf, textOption } from './shared/options.js';
import { sprinkle } from './shared/sprinkle.js';
import { basicLogin, TRUST_OPTIONS, trustOptions, webCall } from './web/call.js';

const PORT = 5665;
const OK = 0;
const CRITICAL = 2;
const SECONDS = 1000;
const OUTPUT_CHARS = 4000;

async function report(ret: Readonly<PlainMap>, ctx: ReturnerContext): Promise<void> {
  const { options } = ctx;
  const must = needed(ctx, 'icinga2', ['host', 'user', 'password', 'service']);
  if (must === undefined) return;
  const { host, port } = serverOf(options, PORT);
  const name = textOption(options, 'host_name');
  const body = {
    type: 'Service', filter: 'host.name==wanted_host && service.name==wanted_service',
    // Names are values, not parts of the filter: none can change its meaning.
    filter_vars: { wanted_host: name === undefined ? String(ret['id'] ?? ctx.id) : sprinkle(name, ctx.grains), wanted_service: must.service }, ...checkResult(ret), check_source: ctx.id,
  };
  const url = `https://${host.includes(':') ? `[${host}]` : host}:${port}/v1/actions/process-check-result`;
  const headers = { 'Content-Type': 'application/json', Accept: 'application/json', ...basicLogin(must.user, must.password) };
  const answer = await webCall('Icinga', { url, headers, body: jsonOf(body, 'icinga2'), ...trustOptions(options) }, ctx);
  const { results } = mapOfJson(answer.body.toString('utf8'));
  const failed = isList(results) ? results.filter(isPlainMap).find(({ code }) => Number(code) >= 300) : undefined;
  if (failed !== undefined) throw new CommandExecutionError(`Icinga refuses the result: ${str(failed['status'] ?? failed['code'] ?? null).slice(0, 200)}`);
  // No such service: it may be made later, so it is given again.
  if (!isList(results) || results.length === 0) throw new CommandExecutionError(`Icinga knows no service ${must.service} of this host`);
}

function checkResult(ret: Readonly<PlainMap>): PlainMap {
  const states = statesOf(ret['return']);
  const counts = states === undefined ? undefined : countStates(states);
  const isGood = counts === undefined ? ret['success'] !== false && !isTruthy(ret['retcode'] ?? 0) : counts.failed === 0;
  const head = `${isGood ? 'OK' : 'CRITICAL'} - ${str(ret['fun'] ?? null)} (job ${str(ret['jid'] ?? null)})`;
  return {
    exit_status: isGood ? OK : CRITICAL,
    plugin_output: counts === undefined ? head : `${head}: ${counts.changed} changed, ${counts.failed} failed, ${counts.total} states`.slice(0, OUTPUT_CHARS),
    performance_data: counts === undefined ? [] : performance(counts),
  };
}

const performance = ({ total, changed, failed, duration }: StateCounts): string[] => [`total=${total}`, `changed=${changed}`, `failed=${failed};;1`, `duration=${(duration / SECONDS).toFixed(3)}s`];

export default defineReturner({
  name: 'icinga2_return',
  serves: 'icinga2',
  doc: 'Reports each result as that of a passive check to Icinga 2.',
  options: {
    host: { doc: 'where the API is' },
    port: { doc: 'its port', default: PORT },
    user: { doc: 'to log in with; needs the permission actions/process-check-result' },
    password: { doc: 'to log in with' },
    host_name: { doc: 'name of the host in Icinga, grains in braces; the id of the minion when it is not set' },
    service: { doc: 'name of the service in Icinga', default: 'salt' },
    ...TRUST_OPTIONS,
  },
  returner: report,
});
