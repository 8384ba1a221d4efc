// The text of docs/coverage.md: which modules, states, runners and wheel modules of Salt exist here.
import { readFileSync } from 'node:fs';

const KINDS = [['modules', 'Execution modules'], ['states', 'States'], ['runners', 'Runners'], ['wheel', 'Wheel modules']];

/** Why names of Salt have no place here, by kind and name. */
const REASONS = JSON.parse(readFileSync(new URL('coverage-reasons.json', import.meta.url), 'utf8'));

const functionsOf = (plugins) => new Set(plugins.flatMap(({ functions, aliases }) => [...Object.keys(functions), ...Object.keys(aliases ?? {})]));

function rowOf(name, recorded, plugins) {
  const wanted = Object.keys(recorded.functions);
  const have = functionsOf(plugins);
  const missing = wanted.filter((fun) => !have.has(fun));
  const added = [...have].filter((fun) => !wanted.includes(fun)).sort();
  const files = plugins.map((plugin) => plugin.name).filter((file) => file !== name);
  const notes = [
    ...(files.length > 0 ? [`from ${files.join(', ')}`] : []),
    ...(missing.length > 0 ? [`missing: ${missing.join(', ')}`] : []),
    ...(added.length > 0 ? [`added: ${added.join(', ')}`] : []),
  ];
  return { here: wanted.length - missing.length, of: wanted.length, line: `| ${name} | ${wanted.length - missing.length} of ${wanted.length} | ${notes.join('; ')} |` };
}

function section(kind, title, index, recorded, others) {
  const plugins = index.plugins[kind] ?? [];
  const served = (name) => plugins.filter((plugin) => plugin.serves === name);
  const names = Object.keys(recorded[kind]).sort();
  const here = names.filter((name) => served(name).length > 0);
  const reasons = REASONS[kind] ?? {};
  const missing = names.filter((name) => served(name).length === 0);
  const absent = missing.filter((name) => !(name in reasons));
  const left = missing.filter((name) => name in reasons);
  const own = [...new Set(plugins.map((plugin) => plugin.serves))].filter((name) => !names.includes(name)).sort();
  const ofSalt = own.filter((name) => served(name).some((plugin) => plugin.name in (others[kind] ?? {})));
  const notOfSalt = own.filter((name) => !ofSalt.includes(name));
  const rows = here.map((name) => rowOf(name, recorded[kind][name], served(name)));
  const functions = rows.reduce((sum, row) => sum + row.here, 0);
  const all = names.reduce((sum, name) => sum + Object.keys(recorded[kind][name].functions).length, 0);
  return {
    summary: `| ${title} | ${here.length} of ${names.length} | ${functions} of ${all} |`,
    lines: [
      `## ${title}`, '',
      ...(rows.length > 0 ? ['| name | functions | notes |', '|---|---|---|', ...rows.map((row) => row.line), ''] : []),
      ...(ofSalt.length > 0 ? [`Also of Salt, not counted above: ${ofSalt.join(', ')}.`, ''] : []),
      ...(notOfSalt.length > 0 ? [`Not of Salt 3008: ${notOfSalt.join(', ')}.`, ''] : []),
      ...(absent.length > 0 ? [`Not here: ${absent.join(', ')}.`, ''] : []),
      ...(left.length > 0 ? ['Left out:', '', ...left.map((name) => `- ${name}: ${reasons[name]}`), ''] : []),
    ],
  };
}

/** `index`: plugin-index.json; `recorded`: test/golden-facts/modules.json; `others`: modules-other-hosts.json beside it, by file. */
export function coverageText(index, recorded, others = {}) {
  const sections = KINDS.map(([kind, title]) => section(kind, title, index, recorded, others));
  return [
    '# What of Salt is here', '',
    'Made by `node scripts/make-coverage.mjs` from the index of plugins and the functions recorded from Salt 3008.3 (the common ones); a test fails when it is stale. Names and parameters of every function counted here are those of Salt.', '',
    '| kind | names | functions |', '|---|---|---|', ...sections.map(({ summary }) => summary), '',
    ...sections.flatMap(({ lines }) => lines),
  ].join('\n').trimEnd().concat('\n');
}
