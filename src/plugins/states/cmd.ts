/** Runs commands, scripts and functions. Source: golden states/runtime (cmd); read, Salt 3008.3. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed } from '../../kernel/contract/state.js';
import { isTruthy, type PlainMap, type Value } from '../../kernel/std/value.js';
import { str } from '../../kernel/std/python-text.js';
import { runCall } from './cmd/call.js';
import { runCommand } from './cmd/run.js';
import { runScript } from './cmd/script.js';
import { reinterpret } from './cmd/stateful.js';

const output = { output_loglevel: p.any('debug'), hide_output: p.any(false, 'show nothing of what the command prints') };
const success = {
  success_retcodes: p.any(null, 'further exit codes that are a success'), success_stdout: p.any(null, 'texts on standard output that are a success'),
  success_stderr: p.any(null, 'texts on standard error that are a success'),
};
const waiting = {
  name: p.any(), cwd: p.any(null), root: p.any(null), runas: p.any(null), shell: p.any(null), env: p.any([]), stateful: p.any(false), ...output, use_vt: p.any(false),
  ...success, kwargs: p.keywords(),
};
const kwargs = p.keywords();
const untouched = ({ name }: { readonly name: Value }): PlainMap => done(name, '');

const RUN = new Set(['wait', 'run', 'watch']);
const SCRIPT = new Set(['wait_script', 'script']);
const CALL = new Set(['wait_call', 'call']);

async function watch(name: Value, given: PlainMap, ctx: Context): Promise<PlainMap> {
  const { sfun, stateful, ...others } = given;
  const fun = str(sfun ?? null);
  if (RUN.has(fun) || SCRIPT.has(fun)) {
    const again = RUN.has(fun) ? runCommand : runScript;
    return isTruthy(stateful) ? reinterpret(await again(name, others, ctx)) : again(name, stateful === undefined ? others : { ...others, stateful }, ctx);
  }
  if (!CALL.has(fun)) return failed(name, `cmd.${fun} does not work with the watch requisite, please use cmd.wait or cmd.wait_script`);
  if (!isTruthy(others['func'])) return failed(name, `cmd.${fun} needs a named parameter func`);
  return runCall(name, others, ctx);
}

export default defineState({
  name: 'cmd',
  quickGrains: true,
  doc: 'Runs commands, scripts and functions.',
  aliases: { watch: 'wait' },
  functions: {
    wait: fn({ doc: 'Runs a command only when something it watches changed.', params: waiting, run: untouched }),
    wait_script: fn({
      doc: 'Runs a script of the file server only when something it watches changed.',
      params: {
        name: p.any(), source: p.any(null), template: p.any(null), cwd: p.any(null), runas: p.any(null), shell: p.any(null), env: p.any(null),
        stateful: p.any(false), use_vt: p.any(false), ...output, ...success, kwargs,
      },
      run: untouched,
    }),
    run: fn({
      doc: 'Runs a command; guard it with `unless`, `onlyif` or `creates`, since it runs each time.',
      params: {
        name: p.any(), cwd: p.any(null), root: p.any(null, 'folder to change the root to'), runas: p.any(null), password: p.any(null), shell: p.any(null), env: p.any(null),
        prepend_path: p.any(null), stateful: p.any(false, 'the command says on its last line, or as JSON, whether it changed anything'), ...output,
        timeout: p.any(null, 'seconds'), ignore_timeout: p.any(false, 'running out of time is no failure'), use_vt: p.any(false), ...success, kwargs,
      },
      run: ({ name, kwargs: others, ...given }, ctx) => runCommand(name, { ...others, ...given }, ctx),
    }),
    script: fn({
      doc: 'Runs a script of the file server.',
      params: {
        name: p.any(), source: p.any(null, 'the script; the name when not given'), template: p.any(null), cwd: p.any(null), runas: p.any(null), password: p.any(null),
        shell: p.any(null), env: p.any(null), stateful: p.any(false), timeout: p.any(null), use_vt: p.any(false), ...output, defaults: p.any(null), context: p.any(null),
        ...success, kwargs,
      },
      run: ({ name, kwargs: others, ...given }, ctx) => runScript(name, { ...others, ...given }, ctx),
    }),
    call: fn({
      doc: 'Calls a function of the loader by its name; Salt has it for states written in code.',
      params: { name: p.any(), func: p.any(), args: p.any([]), kws: p.any(null), ...output, use_vt: p.any(false), kwargs },
      run: ({ name, kwargs: others, ...given }, ctx) => runCall(name, { ...others, ...given }, ctx),
    }),
    wait_call: fn({
      doc: 'Calls a function only when something it watches changed.',
      params: { name: p.any(), func: p.any(), args: p.any([]), kws: p.any(null), stateful: p.any(false), use_vt: p.any(false), ...output, kwargs },
      run: untouched,
    }),
    mod_watch: fn({ doc: 'Reacts to changes of what is watched: runs again.', params: { name: p.any(), kwargs }, run: ({ name, kwargs: given }, ctx) => watch(name, given, ctx) }),
  },
});
