/** Asks web services. Source: read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { CommandExecutionError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { asError, sleep } from '../../kernel/std/async.js';
import { isTruthy, type PlainMap } from '../../kernel/std/value.js';
import { httpQuery, updateCaBundle } from '../../kernel/sys/http/query.js';

async function query(url: string, options: Readonly<PlainMap>, ctx: Context): Promise<PlainMap> {
  try {
    return await httpQuery(url, options, ctx);
  } catch (error) {
    ctx.signal.throwIfAborted();
    throw new CommandExecutionError(asError(error).message, { cause: error });
  }
}

/** The first answer without an error, or when the time is over the last of all. */
async function waitForSuccess(url: string, seconds: number, { request_interval: interval = 0, ...options }: PlainMap, ctx: Context): Promise<PlainMap> {
  const until = ctx.sys.now() + seconds * 1000;
  for (;;) {
    try {
      const answer = await query(url, options, ctx);
      const isFailed = isTruthy(answer['error'] ?? null) || isTruthy(answer['Error'] ?? null);
      if (!isFailed || ctx.sys.now() > until) return answer;
    } catch (error) {
      if (ctx.signal.aborted || ctx.sys.now() > until) throw error;
    }
    await sleep(Math.max(100, Number(interval) * 1000), ctx.signal);
  }
}

export default defineModule({
  name: 'http',
  doc: 'Asks web services.',
  functions: {
    query: fn({
      doc: "Ask an address, and give the body; status=True, headers=True, text=True and decode=True give more of the answer. method, params, data, header_dict, "
        + "header_list, username, password, verify_ssl, cert and others say how it is asked; cookies=True keeps cookies in cookie_jar, persist_session=True what the server set last in session_cookie_jar.\n\nsalt '*' http.query http://example.com/\n"
        + "salt '*' http.query http://example.com/ method=POST params='{\"key\": \"value\"}' decode=True",
      params: { url: p.string(), kwargs: p.keywords() },
      run: ({ url, kwargs }, ctx) => query(url, kwargs, ctx),
    }),
    wait_for_successful_query: fn({
      doc: "Ask an address until it answers without an error, for so many seconds at most.\n\nsalt '*' http.wait_for_successful_query http://example.com/ wait_for=160 request_interval=1",
      params: { url: p.string(), wait_for: p.float(300, 'seconds'), kwargs: p.keywords() },
      run: ({ url, wait_for, kwargs }, ctx) => waitForSuccess(url, wait_for, kwargs, ctx),
    }),
    update_ca_bundle: fn({
      doc: "Fetch the list of trusted certificates, and add the certificates of further files to it.\n\nsalt '*' http.update_ca_bundle target=/path/to/cacerts.pem source=https://example.com/cacerts.pem",
      params: { target: p.any(null), source: p.any(null), merge_files: p.any(null) },
      run: ({ target, source, merge_files }, ctx) => updateCaBundle({ target, source, mergeFiles: merge_files }, ctx),
    }),
  },
});
