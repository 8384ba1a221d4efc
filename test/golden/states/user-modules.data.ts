/**
 * Modules of the recorded trees, which are Python, in our language: what each does is the same. By their Python text, so that a
 * recording with another module is not mistaken for one of these.
 */
const HEAD = "import { defineState, fn, p } from 'tsalt/plugin';\n";
const returning = (row: string, params = 'name: p.any()'): string =>
  `${HEAD}export default defineState({ name: 'mystate', doc: '', functions: { go: fn({ doc: '', params: { ${params} }, run: ({ name, arg }) => (${row}) }) } });\n`;
const PY_GO = (row: string, params = 'name'): string => `def go(${params}):\n    return ${row}\n`;

const AGGREGATE = `mod_aggregate: fn({ doc: '', params: { low: p.any(), chunks: p.any(), running: p.any() },
  run: ({ low, chunks }) => ({ ...low, items: chunks.flatMap((chunk) => chunk.items ?? []) }) }),`;
const SHOWN = "const shown = (items) => items === null ? 'None' : `[${items.map((item) => `'${item}'`).join(', ')}]`;\n";
const PY_AGGREGATE = `def mod_aggregate(low, chunks, running):
    items = []
    for c in chunks:
        items += c.get('items') or []
    low['items'] = items
    return low
`;

export const USER_MODULES: ReadonlyMap<string, string> = new Map([
  ["def hello():\n    return 'hello'\n", "export function hello() { return 'hello'; }\n"],
  [PY_GO("{'name': name, 'result': True, 'changes': {'arg': arg}, 'comment': 'went'}", 'name, arg=1'),
    returning("{ name, result: true, changes: { arg }, comment: 'went' }", 'name: p.any(), arg: p.any(1)')],
  [PY_GO("'text'"), returning("'text'")],
  [PY_GO('[1]'), returning('[1]')],
  [PY_GO("{'name': name, 'result': True, 'changes': {}}"), returning('{ name, result: true, changes: {} }')],
  [PY_GO("{'name': name, 'result': True, 'changes': [1], 'comment': ''}"), returning("{ name, result: true, changes: [1], comment: '' }")],
  [PY_GO("{'name': name, 'result': True, 'changes': {}, 'comment': ['a', 'b']}"), returning("{ name, result: true, changes: {}, comment: ['a', 'b'] }")],
  [PY_GO("{'name': name, 'result': 'yes', 'changes': {}, 'comment': ''}"), returning("{ name, result: 'yes', changes: {}, comment: '' }")],
  [PY_GO("{'name': name, 'result': True, 'changes': {}, 'comment': '', 'pchanges': {'a': 1}, 'data': [1]}"),
    returning("{ name, result: true, changes: {}, comment: '', pchanges: { a: 1 }, data: [1] }")],
  [PY_GO("{'name': name, 'result': True, 'changes': {}, 'comment': 'main', 'sub_state_run': [{'low': {'name': 'sub', 'state': 'sub', '__id__': 'subid', 'fun': 'ran'}, "
    + "'changes': {'k': 'v'}, 'result': True, 'comment': 'subcomment'}]}"),
  returning("{ name, result: true, changes: {}, comment: 'main', sub_state_run: [{ low: { name: 'sub', state: 'sub', __id__: 'subid', fun: 'ran' }, "
    + "changes: { k: 'v' }, result: true, comment: 'subcomment' }] }")],
  [PY_GO("{'name': name, 'result': True, 'changes': {}, 'comment': '', 'skip_watch': True}"), returning("{ name, result: true, changes: {}, comment: '', skip_watch: true }")],
  [`def mod_init(low):
    __context__['mystate_init'] = low['name']
    return True

${PY_AGGREGATE}
def mod_watch(name, sfun=None, items=None, **kwargs):
    return {'name': name, 'result': True, 'changes': {'watched': sfun}, 'comment': 'mod_watch ' + str(sorted(k for k in kwargs))}

def go(name, items=None, **kwargs):
    return {'name': name, 'result': True, 'changes': {}, 'comment': '%s init=%s' % (items, __context__.get('mystate_init'))}
`, `${HEAD}${SHOWN}export default defineState({ name: 'mystate', doc: '', functions: {
  mod_init: fn({ doc: '', params: { low: p.any() }, run: ({ low }, ctx) => { ctx.memory.set('mystate_init', low.name); return true; } }),
  ${AGGREGATE}
  mod_watch: fn({ doc: '', params: { name: p.any(), sfun: p.any(null), items: p.any(null), kwargs: p.keywords() },
    run: ({ name, sfun, kwargs }) => ({ name, result: true, changes: { watched: sfun }, comment: 'mod_watch ' + shown(Object.keys(kwargs).sort()) }) }),
  go: fn({ doc: '', params: { name: p.any(), items: p.any(null), kwargs: p.keywords() },
    run: ({ name, items }, ctx) => ({ name, result: true, changes: {}, comment: shown(items) + ' init=' + (ctx.memory.get('mystate_init') ?? 'None') }) }),
} });
`],
  [`${PY_AGGREGATE}
def go(name, items=None, **kwargs):
    return {'name': name, 'result': True, 'changes': {}, 'comment': str(items)}
`, `${HEAD}${SHOWN}export default defineState({ name: 'mystate', doc: '', functions: {
  ${AGGREGATE}
  go: fn({ doc: '', params: { name: p.any(), items: p.any(null), kwargs: p.keywords() }, run: ({ name, items }) => ({ name, result: true, changes: {}, comment: shown(items) }) }),
} });
`],
  [`def go(name, arg=1, **kwargs):
    return {'name': name, 'result': True, 'changes': {'low': sorted(__low__), 'kwargs': sorted(kwargs), 'running': sorted(__running__), 'lowstate': len(__lowstate__), 'env': __env__}, 'comment': 'ok'}
`, `${HEAD}export default defineState({ name: 'mystate', doc: '', functions: {
  go: fn({ doc: '', params: { name: p.any(), arg: p.any(1), kwargs: p.keywords() }, run: ({ name, kwargs }, { state }) => ({ name, result: true, comment: 'ok', changes: {
    low: Object.keys(state.low).sort(), kwargs: Object.keys(kwargs).sort(), running: [...state.results.keys()].sort(), lowstate: state.chunks.length, env: state.low.__env__,
  } }) }),
} });
`],
]);
