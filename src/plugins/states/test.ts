/** States that do nothing to the machine, to try how states hang together. */
import { randomInt } from 'node:crypto';
import type { Context } from '../../kernel/contract/context.js';
import { InvocationError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineState, fn } from '../../kernel/contract/plugin.js';
import { done, failed, wouldChange } from '../../kernel/contract/state.js';
import { str } from '../../kernel/std/python-text.js';
import { isMap, isTruthy, mapGet, type PlainMap, type Value } from '../../kernel/std/value.js';
import { checkPillar } from './test/check-pillar.js';

const pretended = (): PlainMap => ({ testing: { old: 'Unchanged', new: 'Something pretended to change' } });
const anyArguments = { name: p.any(), kwargs: p.keywords() };
const said = (kwargs: PlainMap, usual: string): string => kwargs['comment'] as string | undefined ?? usual;

/** True, false, or `random`. */
function choice(name: 'changes' | 'result', value: Value): boolean {
  if (typeof value === 'boolean') return value;
  if (str(value).toLowerCase() === 'random') return randomInt(2) === 1;
  throw new InvocationError(`You have specified the state option '${name}' with invalid arguments. It must be either True, False, or 'Random'`);
}

function warningsOf(value: Value): { warnings?: Value } {
  if (value === null) return {};
  if (typeof value === 'string') return { warnings: [value] };
  if (Array.isArray(value)) return { warnings: value };
  throw new InvocationError("You have specified the state option 'warnings' with invalid arguments. It must be a string or a list of strings");
}

/** `state: id` of the watched states that changed. */
function changedOnes({ state }: Context): string[] {
  const watched = isMap(state?.low['__reqs__']) ? mapGet(state.low['__reqs__'], 'watch') : undefined;
  if (state === undefined || !Array.isArray(watched)) return [];
  return (watched as readonly PlainMap[]).flatMap((low) => {
    const [module, id, name, fun] = ['state', '__id__', 'name', 'fun'].map((key) => str(low[key] ?? null));
    const row = state.results.get(`${module}_|-${id}_|-${name}_|-${fun}`);
    return isTruthy(row?.['changes']) ? [`${module}: ${id}`] : [];
  });
}

export default defineState({
  name: 'test',
  quickGrains: true,
  doc: 'States that do nothing to the machine, to try how states hang together.',
  functions: {
    nop: fn({ doc: 'Succeeds without changes.', params: anyArguments, run: ({ name }) => done(name, 'Success!') }),
    succeed_without_changes: fn({
      doc: 'Succeeds without changes.', params: anyArguments, run: ({ name, kwargs }) => done(name, said(kwargs, 'Success!')),
    }),
    fail_without_changes: fn({
      doc: 'Fails without changes.', params: anyArguments,
      run: ({ name, kwargs }, ctx) => failed(name, ctx.test ? "If we weren't testing, this would be a failure!" : said(kwargs, 'Failure!')),
    }),
    succeed_with_changes: fn({
      doc: 'Succeeds and shows changes.', params: anyArguments,
      run: ({ name, kwargs }, ctx) => (ctx.test
        ? wouldChange(name, "If we weren't testing, this would be successful with changes", pretended())
        : done(name, said(kwargs, 'Success!'), pretended())),
    }),
    fail_with_changes: fn({
      doc: 'Fails and shows changes.', params: anyArguments,
      run: ({ name, kwargs }, ctx) => (ctx.test
        ? wouldChange(name, "If we weren't testing, this would be failed with changes", pretended())
        : failed(name, said(kwargs, 'Failure!'), pretended())),
    }),
    configurable_test_state: fn({
      doc: 'Gives result, changes, comment and warnings as asked.',
      params: {
        name: p.any(), changes: p.any(true, 'true, false or Random'), result: p.any(true, 'true, false or Random'), comment: p.any(''),
        warnings: p.any(null), allow_test_mode_failure: p.any(false, 'a result of false is false in a test run too'),
      },
      run({ name, changes, result, comment, warnings, allow_test_mode_failure: mayFail }, ctx) {
        const row: PlainMap = { name, changes: choice('changes', changes) ? pretended() : {}, result: choice('result', result), comment, ...warningsOf(warnings) };
        if (!ctx.test) return row;
        const tested = isTruthy(mayFail) && result === false ? false : changes === false ? true : null;
        return { ...row, result: tested, comment: isTruthy(comment) ? comment : 'This is a test' };
      },
    }),
    show_notification: fn({
      doc: 'Shows a text.',
      params: { name: p.any(), text: p.any(null), kwargs: p.keywords() },
      run({ name, text }) {
        if (!isTruthy(text)) throw new InvocationError('Missing required argument text.');
        return done(name, text as string);
      },
    }),
    mod_watch: fn({
      doc: 'Reacts to changes of what is watched.',
      params: { name: p.any(), sfun: p.any(null), kwargs: p.keywords() },
      run: ({ name, kwargs }, ctx) => ({
        name, result: kwargs['result'] ?? true, comment: kwargs['comment'] ?? 'Watch statement fired.',
        changes: kwargs['changes'] ?? { 'Requisites with changes': changedOnes(ctx) },
      }),
    }),
    check_pillar: fn({
      doc: 'Checks that keys of the pillar are there and of the type that is wanted.',
      params: {
        name: p.any(), present: p.any(null), boolean: p.any(null), integer: p.any(null), string: p.any(null), listing: p.any(null),
        dictionary: p.any(null), verbose: p.any(false, 'name those that passed, too'),
      },
      run: ({ name, ...wanted }, ctx) => checkPillar(name, wanted, ctx),
    }),
  },
});
