/** What this minion can do: names, documentation and parameters of its functions. */
import type { Context } from '../../kernel/contract/context.js';
import { p } from '../../kernel/contract/params.js';
import { defineModule, fn } from '../../kernel/contract/plugin.js';
import { fnmatchFilter } from '../../kernel/std/fnmatch.js';
import type { PlainMap, Value } from '../../kernel/std/value.js';
import { functionsFor, modulesFor, selectForDoc, selectForSpec } from './sys/select.js';
import { stateSchema } from './sys/schema.js';

const names = { args: p.rest() };
const namesAndMore = { args: p.rest(), kwargs: p.keywords() };
const oneModule = { module: p.string('') };

async function docsOf(kind: string, fullNames: readonly string[], ctx: Context): Promise<PlainMap> {
  const catalog = ctx.port('catalog');
  const rows = await Promise.all(fullNames.map(async (name): Promise<[string, Value]> => [name, await catalog.doc(kind, name) ?? null]));
  return Object.fromEntries(rows);
}

async function doc(kind: string, patterns: readonly Value[], ctx: Context): Promise<PlainMap> {
  const functions = await ctx.port('catalog').functions(kind);
  const docs = await docsOf(kind, selectForDoc(functions, patterns.map(String)), ctx);
  return { ...docs, ...await cardsOf(kind, patterns.map(String), ctx) };
}

/** Of the modules that are asked for by name: what they declare of themselves, besides what Salt has. */
async function cardsOf(kind: string, names: readonly string[], ctx: Context): Promise<PlainMap> {
  const cards: PlainMap = {};
  for (const name of names) {
    const card = name.includes('.') ? undefined : await ctx.port('catalog').card(kind, name);
    if (card !== undefined) cards[name] = card;
  }
  return cards;
}

/** Beside each state function stands the text of its module. */
async function stateDoc(patterns: readonly Value[], ctx: Context): Promise<PlainMap> {
  const functions = selectForDoc(await ctx.port('catalog').functions('states'), patterns.map(String));
  return docsOf('states', [...new Set(functions.flatMap((name) => [name.split('.')[0] as string, name]))], ctx);
}

/**
 * Renderers have one function each and are named without a dot.
 *
 * Differs: Salt finds a renderer by its bare name only through a pattern with `*`; here the name itself does too.
 */
async function rendererDoc(patterns: readonly Value[], ctx: Context): Promise<PlainMap> {
  const all = await ctx.port('catalog').names('renderers');
  const wanted = patterns.length === 0 ? all : patterns.flatMap((pattern) => fnmatchFilter(all, String(pattern)));
  return docsOf('renderers', wanted, ctx);
}

async function argspec(kind: string, module: string, ctx: Context): Promise<PlainMap> {
  const catalog = ctx.port('catalog');
  const selected = selectForSpec(await catalog.functions(kind), module);
  const rows = await Promise.all(selected.map(async (name): Promise<[string, Value]> => [name, await catalog.argspec(kind, name) ?? null]));
  return Object.fromEntries(rows);
}

const listFunctions = (kind: string, what: string) => fn({
  doc: `List ${what}, all of them or those of modules or patterns.\n\nCLI Example:\n\n    salt '*' sys.list_functions 'sys.list_*'`,
  params: namesAndMore,
  run: async ({ args }, ctx) => functionsFor(await ctx.port('catalog').functions(kind), args.map(String)),
});

const listModules = (kind: string, what: string) => fn({
  doc: `List ${what}, all of them or those that fit a pattern.\n\nCLI Example:\n\n    salt '*' sys.list_modules 's*'`,
  params: names,
  run: async ({ args }, ctx) => modulesFor(await ctx.port('catalog').functions(kind), args.map(String)),
});

const docFunction = (what: string, give: (patterns: readonly Value[], ctx: Context) => Promise<PlainMap>) => fn({
  doc: `Give the documentation of ${what}, of all or of modules, functions or patterns.\n\nCLI Example:\n\n    salt '*' sys.doc test.ping 'sys.list_*'`,
  params: names,
  run: ({ args }, ctx) => give(args, ctx),
});

const specFunction = (kind: string, what: string) => fn({
  doc: `Give the parameters of ${what} of a module, or of those that fit a pattern.\n\nCLI Example:\n\n    salt '*' sys.argspec 'pkg.*'`,
  params: oneModule,
  run: ({ module }, ctx) => argspec(kind, module, ctx),
});

export default defineModule({
  name: 'sys',
  doc: 'Tells which functions this minion has and how they are called.',
  functions: {
    argspec: specFunction('modules', 'functions'),
    doc: docFunction('functions', (patterns, ctx) => doc('modules', patterns, ctx)),
    list_functions: listFunctions('modules', 'functions'),
    list_modules: listModules('modules', 'modules'),
    list_renderers: fn({
      doc: "List renderers, all of them or those that fit a pattern.\n\nCLI Example:\n\n    salt '*' sys.list_renderers 'yaml*'",
      params: names,
      run: async ({ args }, ctx) => {
        const all = await ctx.port('catalog').names('renderers');
        return args.length === 0 ? all : [...new Set(args.flatMap((pattern) => fnmatchFilter(all, String(pattern))))].sort();
      },
    }),
    list_returner_functions: listFunctions('returners', 'functions of returners'),
    list_returners: listModules('returners', 'returners'),
    list_runner_functions: listFunctions('runners', 'functions of runners'),
    list_runners: listModules('runners', 'runners'),
    list_state_functions: listFunctions('states', 'functions of states'),
    list_state_modules: listModules('states', 'states'),
    reload_modules: fn({
      doc: "Read all modules anew.\n\nCLI Example:\n\n    salt '*' sys.reload_modules",
      run: (_, ctx) => ctx.port('catalog').reload(),
    }),
    renderer_doc: docFunction('renderers', rendererDoc),
    returner_argspec: specFunction('returners', 'functions of returners'),
    returner_doc: docFunction('returners', (patterns, ctx) => doc('returners', patterns, ctx)),
    runner_argspec: specFunction('runners', 'functions of runners'),
    runner_doc: docFunction('runners', (patterns, ctx) => doc('runners', patterns, ctx)),
    state_argspec: specFunction('states', 'functions of states'),
    state_doc: docFunction('states', stateDoc),
    state_schema: fn({
      doc: "Give a JSON schema of the parameters of state functions.\n\nCLI Example:\n\n    salt '*' sys.state_schema pkg.installed",
      params: oneModule,
      run: async ({ module }, ctx) => Object.entries(await argspec('states', module, ctx)).map(([name, spec]) => stateSchema(name, spec as PlainMap)),
    }),
  },
});
