/** Functions that prove that minions answer, and how arguments, errors and return codes travel. */
import { createHash, getHashes, randomInt } from 'node:crypto';
import type { Context } from '../../kernel/contract/context.js';
import { PythonError } from '../../kernel/contract/errors.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { sleep } from '../../kernel/std/async.js';
import { repr } from '../../kernel/std/python-text.js';
import { tupleOf } from '../../kernel/std/sequences.js';
import { SALT_VERSION } from '../../kernel/std/version.js';
import { floatOf, isTruthy, typeName, type PlainMap, type Value } from '../../kernel/std/value.js';
import { exceptionOf } from './test/exceptions.js';
import { collatzRow, fibonacci, toInt } from './test/numbers.js';
import { versionsInformation, versionsReport } from './test/versions.js';

/** Longest wait a timer takes; longer sleeps are several. */
const TIMER_MS_MAX = 2 ** 31 - 1;
const SIZE = 9_999_999_999;

const anyArguments = { args: p.rest(), kwargs: p.keywords({ pub: true }) };

async function wait(seconds: number, ctx: Context): Promise<true> {
  for (let left = seconds * 1000; left > 0; left -= TIMER_MS_MAX) {
    await sleep(Math.min(left, TIMER_MS_MAX), ctx.signal);
    ctx.signal.throwIfAborted();
  }
  return true;
}

function randomHash(size: number, hashType: string | null, ctx: Context): string {
  const name = isTruthy(hashType) ? String(hashType) : String(ctx.opts['hash_type'] ?? 'sha256');
  if (!getHashes().includes(name)) throw new PythonError('AttributeError', `module 'hashlib' has no attribute ${repr(name)}`);
  if (size < 1) throw new PythonError('ValueError', `empty range for randrange() (1, ${size + 1}, ${size})`);
  return createHash(name).update(String(randomInt(1, Math.min(size, 2 ** 47) + 1))).digest('hex');
}

async function moduleReport(ctx: Context): Promise<PlainMap> {
  const functions = await ctx.port('catalog').functions('modules');
  const modules = await ctx.port('catalog').names('modules');
  return {
    functions, function_attrs: functions, function_subs: functions, modules, module_attrs: modules,
    missing_attrs: [], missing_subs: [],
  };
}

async function providers(ctx: Context): Promise<PlainMap> {
  const catalog = ctx.port('catalog');
  const names = await catalog.names('modules');
  const rows = await Promise.all(names.map(async (name) => [await catalog.provider('modules', name) ?? name, name] as const));
  return Object.fromEntries(rows);
}

function errorRepr(error: unknown): string {
  const name = error instanceof PythonError ? error.className : error instanceof Error ? error.name : 'Exception';
  return `${name}(${repr(error instanceof Error ? error.message : String(error))})`;
}

async function tryCall(fun: string, kwargs: PlainMap, giveError: boolean, ctx: Context): Promise<Value> {
  try {
    return await ctx.call(fun, [], kwargs);
  } catch (error) {
    ctx.signal.throwIfAborted();
    return giveError ? errorRepr(error) : null;
  }
}

/** The frames of this call, outermost first, in the shape of Python's stacks. */
function stackText(): string {
  const frames = [...(new Error('stack').stack ?? '').matchAll(/^\s+at (?:(?:async )?(.*?) \()?(.+?):(\d+):\d+\)?$/gm)];
  return frames.reverse().map(([, name, file, line]) => `  File "${file}", line ${line}, in ${name ?? '<module>'}\n`).join('');
}

const versionsText = fn({
  doc: "Give the versions of the program, its parts and the system as text.\n\nCLI Example:\n\n    salt '*' test.versions_report",
  run: (_, ctx) => versionsReport(ctx.grains),
});

export default defineModule({
  name: 'test',
  quickGrains: true,
  doc: 'Functions to try things out: whether minions answer, how arguments arrive, how errors look.',
  alone: [
    'arg', 'arg_clean', 'arg_repr', 'arg_type', 'assertion', 'attr_call', 'collatz', 'conf_test', 'cross_test', 'deprecation_warning', 'echo', 'exception',
    'false', 'fib', 'get_opts', 'kwarg', 'outputter', 'ping', 'retcode', 'stack', 'true', 'tty', 'version',
  ],
  functions: {
    arg: fn({
      doc: "Give back the arguments as they arrived, with the facts of the job.\n\nCLI Example:\n\n    salt '*' test.arg 1 two three=3",
      params: anyArguments,
      run: ({ args, kwargs }) => ({ args: tupleOf(args), kwargs }),
    }),
    arg_clean: fn({
      doc: "Give back the arguments without the facts of the job.\n\nCLI Example:\n\n    salt '*' test.arg_clean 1 two three=3",
      params: { args: p.rest(), kwargs: p.keywords() },
      run: ({ args, kwargs }) => ({ args: tupleOf(args), kwargs }),
    }),
    arg_repr: fn({
      doc: "Give the arguments as Python prints them.\n\nCLI Example:\n\n    salt '*' test.arg_repr 1 two three=3",
      params: anyArguments,
      run: ({ args, kwargs }) => ({ args: repr(tupleOf(args)), kwargs: repr(kwargs) }),
    }),
    arg_type: fn({
      doc: "Give the type of each argument.\n\nCLI Example:\n\n    salt '*' test.arg_type 1 two three=3",
      params: anyArguments,
      run: ({ args, kwargs }) => ({
        args: args.map((value) => `<class '${typeName(value)}'>`),
        kwargs: Object.fromEntries(Object.entries(kwargs).map(([name, value]) => [name, `<class '${typeName(value)}'>`])),
      }),
    }),
    assertion: fn({
      doc: "Fail when the given value is false.\n\nCLI Example:\n\n    salt '*' test.assertion False",
      params: { assertion: p.any() },
      run: ({ assertion }) => {
        if (!isTruthy(assertion)) throw new PythonError('AssertionError', '');
        return null;
      },
    }),
    attr_call: fn({
      doc: "Call grains.items from inside this module.\n\nCLI Example:\n\n    salt '*' test.attr_call",
      run: (_, ctx) => ctx.call('grains.items'),
    }),
    collatz: fn({
      doc: "Give the Collatz row of a number and the seconds it took.\n\nCLI Example:\n\n    salt '*' test.collatz 3",
      params: { start: p.any() },
      run: async ({ start }, ctx) => {
        const began = performance.now();
        const row = await collatzRow(toInt(start), ctx.signal);
        return tupleOf([row, floatOf((performance.now() - began) / 1000)]);
      },
    }),
    conf_test: fn({
      doc: "Give the option test.foo, or its default.\n\nCLI Example:\n\n    salt '*' test.conf_test",
      run: (_, ctx) => ctx.call('config.option', ['test.foo']),
    }),
    cross_test: fn({
      doc: "Call another function with a list of arguments.\n\nCLI Example:\n\n    salt '*' test.cross_test test.echo '[hello]'",
      params: { func: p.string(), args: p.list(null) },
      run: ({ func, args }, ctx) => ctx.call(func, args ?? []),
    }),
    deprecation_warning: fn({
      doc: "Write two warnings about old things to the log.\n\nCLI Example:\n\n    salt '*' test.deprecation_warning",
      run: (_, ctx) => {
        ctx.log.warn({ version: 3108 }, 'This is a test deprecation warning by version.');
        ctx.log.warn({ date: '3000-01-01' }, 'This is a test deprecation warning by date very far into the future (3000-01-01).');
        return true;
      },
    }),
    echo: fn({
      doc: "Give back the given value.\n\nCLI Example:\n\n    salt '*' test.echo 'foo bar'",
      params: { text: p.any() },
      run: ({ text }) => text,
    }),
    exception: fn({
      doc: "Fail with a plain exception.\n\nCLI Example:\n\n    salt '*' test.exception 'Oh noes!'",
      params: { message: p.string('Test Exception') },
      run: ({ message }) => {
        throw new PythonError('Exception', message);
      },
    }),
    false: fn({
      doc: "Give False.\n\nCLI Example:\n\n    salt '*' test.false",
      run: () => false,
    }),
    fib: fn({
      doc: "Give a number of the Fibonacci row and the seconds it took.\n\nCLI Example:\n\n    salt '*' test.fib 3",
      params: { num: p.any() },
      run: async ({ num }, ctx) => {
        const began = performance.now();
        const value = await fibonacci(toInt(num), ctx.signal);
        return tupleOf([value, floatOf((performance.now() - began) / 1000)]);
      },
    }),
    get_opts: fn({
      doc: "Give the options of this minion.\n\nCLI Example:\n\n    salt '*' test.get_opts",
      run: (_, ctx) => ({ ...ctx.opts }),
    }),
    kwarg: fn({
      doc: "Give back the keyword arguments, with the facts of the job.\n\nCLI Example:\n\n    salt '*' test.kwarg num=1 txt=two",
      params: { kwargs: p.keywords({ pub: true }) },
      run: ({ kwargs }) => kwargs,
    }),
    module_report: fn({
      doc: "List the modules and functions of this minion.\n\nCLI Example:\n\n    salt '*' test.module_report",
      run: (_, ctx) => moduleReport(ctx),
    }),
    not_loaded: fn({
      doc: "List the files of modules that do not work on this minion.\n\nCLI Example:\n\n    salt '*' test.not_loaded",
      run: (_, ctx) => ctx.port('catalog').notLoaded('modules'),
    }),
    opts_pkg: fn({
      doc: "Give the options of this minion together with its grains.\n\nCLI Example:\n\n    salt '*' test.opts_pkg",
      run: (_, ctx) => ({ ...ctx.opts, grains: { ...ctx.grains } }),
    }),
    outputter: fn({
      doc: "Give back the given data, to try outputters.\n\nCLI Example:\n\n    salt '*' test.outputter foobar",
      params: { data: p.any() },
      run: ({ data }) => data,
    }),
    ping: fn({
      doc: "Give True when the minion is up and takes jobs. No ICMP is sent.\n\nCLI Example:\n\n    salt '*' test.ping",
      run: () => true,
    }),
    provider: fn({
      doc: "Give the file behind a module.\n\nCLI Example:\n\n    salt '*' test.provider service",
      params: { module: p.string() },
      run: async ({ module }, ctx) => await ctx.port('catalog').provider('modules', module) ?? '',
    }),
    providers: fn({
      doc: "Give the files behind all modules.\n\nCLI Example:\n\n    salt '*' test.providers",
      run: (_, ctx) => providers(ctx),
    }),
    raise_exception: fn({
      doc: "Fail with an exception of Python or of salt.exceptions; give False when there is none of that name.\n\nCLI Example:\n\n    salt '*' test.raise_exception TypeError 'An integer is required'",
      params: { name: p.string(), args: p.rest(), kwargs: p.keywords() },
      run: ({ name, args, kwargs }, ctx) => {
        const exception = exceptionOf(name, args);
        if (exception !== undefined && Object.keys(kwargs).length > 0) throw new PythonError('TypeError', `${name}() takes no keyword arguments`);
        if (exception !== undefined) throw exception;
        ctx.log.error({ name }, 'No such exception');
        return false;
      },
    }),
    rand_sleep: fn({
      doc: "Sleep for a random number of seconds.\n\nCLI Example:\n\n    salt '*' test.rand_sleep 60",
      params: { max: p.int(60) },
      run: ({ max }, ctx) => {
        if (max < 0) throw new PythonError('ValueError', `empty range for randrange() (0, ${max + 1}, ${max + 1})`);
        return wait(randomInt(0, max + 1), ctx);
      },
    }),
    rand_str: fn({
      doc: 'Old name of test.random_hash.',
      params: { size: p.int(SIZE), hash_type: p.string(null) },
      run: ({ size, hash_type }, ctx) => randomHash(size, hash_type, ctx),
    }),
    random_hash: fn({
      doc: "Give the hash of a random number from 1 to a size.\n\nCLI Example:\n\n    salt '*' test.random_hash hash_type=sha512",
      params: { size: p.int(SIZE), hash_type: p.string(null, 'name of a hash; else the option hash_type') },
      run: ({ size, hash_type }, ctx) => randomHash(size, hash_type, ctx),
    }),
    retcode: fn({
      doc: "Set the return code of the job.\n\nCLI Example:\n\n    salt '*' test.retcode 42",
      params: { code: p.int(42) },
      run: ({ code }, ctx) => {
        ctx.setRetcode(code);
        return true;
      },
    }),
    sleep: fn({
      doc: "Sleep for a number of seconds, then give True.\n\nCLI Example:\n\n    salt '*' test.sleep 20",
      params: { length: p.any() },
      run: ({ length }, ctx) => wait(toInt(length), ctx),
    }),
    stack: fn({
      doc: "Give the stack of this very call.\n\nCLI Example:\n\n    salt '*' test.stack",
      run: () => stackText(),
    }),
    true: fn({
      doc: "Give True.\n\nCLI Example:\n\n    salt '*' test.true",
      run: () => true,
    }),
    try: fn({
      doc: 'Call a function; give nothing when it fails, or its exception when asked to.\n\nJinja Example:\n\n    {{ salt[\'test.try\'](module=\'ipmi.get_users\', bmc_host=\'192.0.2.7\') }}',
      params: { module: p.string(), return_try_exception: p.bool(false), kwargs: p.keywords() },
      run: ({ module, return_try_exception, kwargs }, ctx) => tryCall(module, kwargs, return_try_exception, ctx),
    }),
    tty: fn({
      doc: 'Moved to cmd.tty.',
      params: { args: p.rest(), kwargs: p.keywords() },
      run: () => 'ERROR: This function has been moved to cmd.tty',
    }),
    version: fn({
      doc: "Give the version of Salt that this minion behaves as.\n\nCLI Example:\n\n    salt '*' test.version",
      run: () => SALT_VERSION,
    }),
    versions: versionsText,
    versions_information: fn({
      doc: "Give the versions of the program, its parts and the system as data.\n\nCLI Example:\n\n    salt '*' test.versions_information",
      run: (_, ctx) => versionsInformation(ctx.grains),
    }),
    versions_report: versionsText,
  },
});
