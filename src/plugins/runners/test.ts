/** Echoes, waits and tells: for trying the way to the master. */
import { p } from '../../kernel/contract/params.js';
import { defineRunner, fn } from '../../kernel/contract/plugin.js';
import { tupleOf } from '../../kernel/std/sequences.js';
import { sleep } from '../../kernel/std/async.js';
import { str } from '../../kernel/std/python-text.js';

/** Source: observed, Salt 3008.3. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  us: ['foo', 'bar', 'baz', 'qux', 'quux', 'quuz', 'corge', 'grault', 'garply', 'waldo', 'fred', 'plugh', 'xyzzy', 'thud'],
  uk: ['wibble', 'wobble', 'wubble', 'flob'],
};
const STREAM_STEPS = 99;
const STREAM_PAUSE_MS = 100;

export default defineRunner({
  name: 'test',
  doc: 'Echoes, waits and tells: for trying the way to the master.',
  functions: {
    arg: fn({
      doc: 'Give back the arguments, without keywords that begin with two underscores.\n\nsalt-run test.arg foo bar=baz',
      params: { args: p.rest(), kwargs: p.keywords() },
      run: ({ args, kwargs }) => ({ args: tupleOf(args), kwargs: Object.fromEntries(Object.entries(kwargs).filter(([name]) => !name.startsWith('__'))) }),
    }),
    raw_arg: fn({
      doc: 'Give back the arguments, all of them.\n\nsalt-run test.raw_arg foo __bar=baz',
      params: { args: p.rest(), kwargs: p.keywords() },
      run: ({ args, kwargs }) => ({ args: tupleOf(args), kwargs }),
    }),
    metasyntactic: fn({
      doc: 'Give the usual placeholder names of a country, us or uk.\n\nsalt-run test.metasyntactic locality=uk',
      params: { locality: p.string('us') },
      run: ({ locality }) => (Object.hasOwn(WORDS, locality) ? [...WORDS[locality] as readonly string[]] : null),
    }),
    stdout_print: fn({
      doc: "Print 'foo' and give 'bar'.\n\nsalt-run test.stdout_print",
      run(_args, ctx) {
        ctx.port('runner').print(ctx.job, 'foo');
        return 'bar';
      },
    }),
    sleep: fn({
      doc: 'Print the number of seconds, wait as long, and give True.\n\nsalt-run test.sleep s_time=5',
      params: { s_time: p.float(10, 'seconds') },
      async run({ s_time }, ctx) {
        ctx.port('runner').print(ctx.job, str(s_time));
        await sleep(s_time * 1000, ctx.signal, true);
        return true;
      },
    }),
    stream: fn({
      doc: 'Tell of 99 steps of progress in ten seconds, then give True.\n\nsalt-run test.stream',
      async run(_args, ctx) {
        for (let step = 1; step <= STREAM_STEPS; step += 1) {
          await ctx.port('runner').progress(ctx.job, { message: `Runner is ${step}% done` });
          await sleep(STREAM_PAUSE_MS, ctx.signal, true);
        }
        return true;
      },
    }),
    get_opts: fn({
      doc: 'Give the configuration of the master.\n\nsalt-run test.get_opts',
      run: (_args, ctx) => ({ ...ctx.opts }),
    }),
  },
});
