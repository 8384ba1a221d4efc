/** Random templates with statements: loops, macros, imports, scopes, white space. The same seed gives the same ones. */
import { Chance } from './random.js';

export interface RandomTemplate {
  readonly text: string;
  /** Options of the minion. */
  readonly opts: Readonly<Record<string, unknown>>;
}

/** Names that are defined at the beginning, and what they hold. */
const START = "{% set n = 3 %}{% set t = 'some text' %}{% set l = [3, 1, 2] %}{% set d = {'b': [1, 2], 'a': 'x'} %}{% set ns = namespace(c=0, s='') %}";
const NAMES = ['n', 't', 'l', 'd', 'x', 'y', 'ns.c', 'ns.s', 'grains.os', 'nope'];
const TEXTS = ['a', 'text ', ' b\n', '\n', '\n\n', '  ', '\t', 'key: value\n', '  - item\n', '# hash\n', '{ } %}', ' }} ', "it's\n", 'ä\n', '## two\n', '% three\n'];
const PRINTS = [
  'n', 't', 'l', 'd', 'n ~ 1', 't | upper', "l | join(',')", "d | dictsort", 'l[0]', "d['b']", 'd.a', 'n is odd', 't ~ n', 'ns.c', 'grains.os', "x if x is defined else 'none'", 'x | default', "y | default('no')", "nope | default('dflt')", "[nope]", "nope if false", 'caller is defined',
  'varargs is defined', 'l.append(n)', "d.update({'z': n})", 'lipsum is callable', 'range(4) | list', 'dict(a=1, b=n)', 'none', 'true', '1.0', "'two\nlines'", "['two\nlines']", "{'k': 'two\nlines'}", "salt['test.echo'](n)", "salt['test.echo'](d)", 'salt.test.echo(t)', 'loop is defined', "tplfile | default('no file')", '(1, n)', "d.get('zz')", "d | tojson", 'l | sort | first', 'l | sum', "t[2:5]", 'm1 is defined', "[1, 2, 3, 4] | batch(2) | list", "[d] | map(attribute='a') | list",
];
const IN_LOOP = ['loop.index', 'loop.last', 'loop.length', 'loop.previtem', 'loop.nextitem is defined', "loop.cycle('o', 'e')", 'loop.revindex0', 'loop.changed(x)', 'loop.depth', 'loop.first', 'loop.depth0', 'x', 'x', 'y'];
const IN_MACRO = ['varargs', 'kwargs', 'caller()', 'caller(n)', 'x', 'k', "caller() if caller is defined else '-'", 'y', 'varargs | length'];
const RISKY = ['nope', "nope.deep | default('x')", 'm1(1)', 'm2()', "m1('a', k=2)", 'm1', 'm1.name', 'm1.arguments', 'm2.catch_kwargs', 'self.body()', 'super()', 'imported.val', 'imported.mac(2)', 'val', 'mac(n)', 'other', 'data', 'data.k', 'tplfile', 'tpldir', "salt['no.such']()", 'salt.nosuch.fun()', 'undefined_function(1)', 'n + t', 'l[9]', "d['zz']", "d.zz", 'n()', 'x, y', 'ns', 'ns.zz', 'loop.index', 'caller()', 'n.__class__', "t.upper", "'%d' % t", 'l | first(1)', 'n | nosuch', 'n is nosuch', 'range(200000)', "raise('stop')", '5 // 0', 'grains.nosuch', "grains['nosuch']", 'opts.zz', 'varargs', "dict(1)", "t.format(zz)", "'{zz}'.format(n)", 'l.nosuch()', "t.split(1)", 'm1.nosuch', 'salt.test', "joiner", "cycler()", "namespace(1)", 'n | default(1, 2, 3)', 'l | join(1, 2, 3)', 'l.pop(99)', 'd.pop("zz")', "'a' < 1", 'not in l', '-t', "d | sort(attribute='a')"];
const CONDITIONS = ['n is number and n > 2', 'x is defined', 'y is defined and y', "t == 'some text'", 'not l', "'a' in d", 'false', 'true', '3 in l', 'loop is defined and loop.first', 'loop is defined and loop.index is even', 'x is defined and x == 2', 'ns.c == 0'];
const RISKY_CONDITIONS = ['x', 'loop.first', 'nope', 'n in l', 'x == 2', 'ns.c < 3', 'x > 1', '', 'n is nosuch', 'n in 5', "n == "];
const ITERABLES = ['l', 'd', 'range(3)', "[1, 2, 3, 4]", "'abc'", 'd.items()', "[(1, 'a'), (2, 'b')]", "d | dictsort", '[]', 'l | sort', "[[1, [2]], [3, []]]", 'l[1:]', "{'k': 1}", 'l', 'range(2)'];
const PAIRS = ["[(1, 'a'), (2, 'b')]", 'd.items()', 'd | dictsort', "{'k': 1}.items()", "[[1, 2]]", "['ab', 'cd']"];
const RISKY_ITERABLES = ['n', 'none', 'nope', 'nope.x', 'l', "[1, 'a']", "[(1, 2, 3)]", "d.nosuch", '5'];
const LIBRARY = `{% set val = 'lib' %}{% set _private = 1 %}{%- macro mac(a, b=5) -%}[{{ a }}/{{ b }}/{{ n | default('no n') }}/{{ tplfile }}]{%- endmacro %}
text of lib {{ grains.os }}
`;
/** The files that random templates import. */
export const LIBRARY_FILES: Readonly<Record<string, string>> = {
  'lib.jinja': LIBRARY,
  'sub/inner.jinja': "{% from './near.jinja' import near %}{% set val = near %}{% macro mac(a) %}inner {{ a }} {{ tpldir }}{% endmacro %}",
  'sub/near.jinja': "{% set near = 'near ' ~ tpldot %}",
  'part.txt': 'part {{ n | default("-") }} {{ x | default("no x") }} {{ tplfile }}\n',
  'broken.jinja': 'line one\n{{ nope_inside.x }}\nline three\n',
  'wrong.jinja': 'line one\n{% if %}\n',
  'data.yaml': 'k: [1, yes, 0644]\nz: {{ 1 + 1 }}\n', 'data.json': '{"k": [1, 1.0, null], "a": "b"}', 'data.txt': 'plain {{ n | default(0) }}\n',
  'base.html': "start{% block head %}default head{% endblock %}-{% block body %}default {{ n }}{% endblock body %}\n",
};

export class Templates {
  readonly #chance: Chance;
  /** How often something is written that fails at most places. */
  #risk = 0;
  #loops = 0;
  #macros = 0;

  constructor(seed: number) {
    this.#chance = new Chance(seed);
  }

  next(): RandomTemplate {
    const chance = this.#chance;
    this.#risk = chance.pick([0, 0, 0.04, 0.15]);
    const opts = chance.happens(0.25) ? this.#options() : {};
    const child = chance.happens(0.06) ? this.#tag("extends 'base.html'") : '';
    const text = `${child}${START}${this.#body(3)}`;
    return { text: chance.happens(0.1) ? text.replaceAll('\n', '\r\n') : text, opts };
  }

  #options(): Record<string, unknown> {
    const chance = this.#chance;
    const env: Record<string, unknown> = {};
    if (chance.happens(0.5)) env['trim_blocks'] = chance.happens(0.8);
    if (chance.happens(0.5)) env['lstrip_blocks'] = chance.happens(0.8);
    if (chance.happens(0.3)) env['line_statement_prefix'] = chance.pick(['%', '##', '#']);
    if (chance.happens(0.3)) env['line_comment_prefix'] = chance.pick(['##', '//', '#']);
    if (chance.happens(0.1)) env['keep_trailing_newline'] = true;
    return { jinja_env: env };
  }

  /** A tag with random signs of white space. */
  #tag(inner: string): string {
    const chance = this.#chance;
    const sign = (signs: readonly string[]): string => (chance.happens(0.35) ? chance.pick(signs) : '');
    return `{%${sign(['-', '+', '-'])} ${inner} ${sign(['-', '-', '+'])}%}`;
  }

  #print(): string {
    const chance = this.#chance;
    const sign = (): string => (chance.happens(0.15) ? '-' : '');
    return `{{${sign()} ${this.#expression()} ${sign()}}}`;
  }

  #expression(): string {
    const chance = this.#chance;
    if (chance.happens(this.#risk)) return chance.pick(RISKY);
    const places = [PRINTS, ...(this.#loops > 0 ? [IN_LOOP] : []), ...(this.#macros > 0 ? [IN_MACRO] : [])];
    return chance.pick(chance.pick(places));
  }

  #body(depth: number): string {
    return this.#chance.some(1, 4, () => this.#piece(depth)).join('');
  }

  #piece(depth: number): string {
    const chance = this.#chance;
    if (depth <= 0 || chance.happens(0.45)) return chance.happens(0.5) ? chance.pick(TEXTS) : this.#print();
    switch (chance.below(18)) {
      case 0: return this.#if(depth);
      case 1: case 2: case 3: return this.#for(depth);
      case 4: return this.#set(depth);
      case 5: return this.#set(depth);
      case 6: case 7: return this.#macro(depth);
      case 8: return (this.#risk > 0 ? '' : '{% macro m1(x) %}<{{ caller() }}>{% endmacro %}{% macro m2(x=1) %}({{ caller(x) }}){% endmacro %}{% macro mac(x) %}-{% endmacro %}') + `${this.#tag(`call${chance.pick(['', '(x)', '(x, y=2)'])} ${chance.pick(['m1(1)', 'm2(2)', 'm2()', 'mac(1)'])}`)}${this.#body(depth - 1)}${this.#tag('endcall')}`;
      case 9: return `${this.#tag(`with ${chance.pick(['x = 5', 'x = 1, y = n', '', 'n = n + 1'])}`)}${this.#body(depth - 1)}${this.#tag('endwith')}`;
      case 10: return `${this.#tag(`filter ${chance.pick(['upper', 'indent(2)', "replace('a', 'b')", 'trim', 'title', ...(this.#risk > 0 ? ['nosuch'] : [])])}`)}${this.#body(depth - 1)}${this.#tag('endfilter')}`;
      case 11: return `${this.#tag('raw')}${chance.pick(['{{ x }}', ' {% if %} ', '\n raw \n', '{# c #}'])}${this.#tag('endraw')}`;
      case 12: return this.#tag(`do ${chance.pick(["l.append(9)", "d.update({'q': n})", 'ns.c', ...(this.#risk > 0 ? ["d.pop('zz')", 'nope', 'l.pop()'] : [])])}`);
      case 13: return this.#include();
      case 14: case 15: return this.#import();
      case 16: return `${this.#tag(`block ${chance.pick(['head', 'body', 'foot'])}${chance.pick(['', ' scoped', ...(this.#risk > 0 ? [' required'] : [])])}`)}${this.#body(depth - 1)}${this.#tag('endblock')}`;
      default: return chance.pick(['{# note #}', '{#- note -#}', '{# two\nlines #}\n', this.#load()]);
    }
  }

  #condition(): string {
    return this.#chance.pick(this.#chance.happens(this.#risk) ? RISKY_CONDITIONS : CONDITIONS);
  }

  #if(depth: number): string {
    const chance = this.#chance;
    const other = chance.happens(0.3) ? `${this.#tag(`elif ${this.#condition()}`)}${this.#body(depth - 1)}` : '';
    const last = chance.happens(0.5) ? `${this.#tag('else')}${this.#body(depth - 1)}` : '';
    return `${this.#tag(`if ${this.#condition()}`)}${this.#body(depth - 1)}${other}${last}${this.#tag('endif')}`;
  }

  #for(depth: number): string {
    const chance = this.#chance;
    const target = chance.pick(['x', 'x', 'x', 'x, y', '(x, y)', 'y', ...(this.#risk > 0 ? ['x, (y, z)'] : [])]);
    const recursive = chance.happens(0.1);
    const items = chance.happens(this.#risk) ? RISKY_ITERABLES : target.includes(',') ? PAIRS : ITERABLES;
    const head = `for ${target} in ${chance.pick(items)}${chance.happens(0.2) ? ` if ${this.#condition()}` : ''}${recursive ? ' recursive' : ''}`;
    const stop = chance.happens(0.2) ? `${this.#tag(`if ${this.#condition()}`)}${this.#tag(chance.pick(['break', 'continue']))}${this.#tag('endif')}` : '';
    const again = recursive && chance.happens(0.7) ? `{{ loop(x) if x is iterable and x is not string and loop.depth < 3 else x }}` : '';
    this.#loops += 1;
    const inner = `${this.#body(depth - 1)}${stop}${again}`;
    this.#loops -= 1;
    const last = chance.happens(0.3) ? `${this.#tag('else')}${this.#body(depth - 1)}` : '';
    return `${this.#tag(head)}${inner}${last}${this.#tag('endfor')}`;
  }

  #set(depth: number): string {
    const chance = this.#chance;
    const value = chance.happens(0.7) ? chance.pick(['n', "'z'", '[n, x | default(0)]', 'n, 2', '5', 't ~ 1']) : this.#expression();
    switch (chance.below(5)) {
      case 0: return `${this.#tag(`set ${chance.pick(['x', 'y', 'n', 't'])}${chance.pick(['', ' | upper', ' | trim | indent(1)'])}`)}${this.#body(depth - 1)}${this.#tag('endset')}`;
      case 1: return this.#tag(`set x, y = ${chance.pick(['1, 2', "'ab'", '[l, d]', "[n, 'q']", ...(this.#risk > 0 ? ['n', 'l'] : [])])}`);
      case 2: return this.#tag(`set ns.${chance.pick(['c', 's'])} = ${chance.pick(['ns.c + 1', 'n', "ns.s ~ 'k'"])}`);
      default: return this.#tag(`set ${chance.pick(NAMES.filter((name) => !name.includes('.')))} = ${value}`);
    }
  }

  #macro(depth: number): string {
    const chance = this.#chance;
    const name = chance.pick(['m1', 'm2']);
    const parameters = name === 'm1' ? chance.pick(['x', 'x, k=1', 'x, y=x']) : chance.pick(['', "x='dx'", "x=n, y=[1]"]);
    const call = chance.happens(0.7) ? `{{ ${chance.pick([`${name}(x=4)`, ...(name === 'm1' ? ['m1(1)'] : ['m2()']), ...(this.#risk > 0 ? [`${name}()`, `${name}(1, 2, 3)`, `${name}(k=5)`, `${name}(1, z=6)`, `${name}(*l)`, `${name}(**d)`] : [])])} }}` : '';
    this.#macros += 1;
    const inner = this.#body(depth - 1);
    this.#macros -= 1;
    return `${this.#tag(`macro ${name}(${parameters})`)}${inner}${this.#tag(chance.pick(['endmacro', `endmacro ${name}`]))}${call}`;
  }

  #include(): string {
    const chance = this.#chance;
    const file = chance.pick(["'part.txt'", "'part.txt'", "['nosuch.txt', 'part.txt']", "'lib.jinja'", ...(this.#risk > 0 ? ["'nosuch.txt'", "'broken.jinja'", "'wrong.jinja'", "'../etc/passwd'", 'nope', '[]'] : [])]);
    return this.#tag(`include ${file}${chance.pick(['', '', ' ignore missing', ' with context', ' without context', ' ignore missing without context'])}`);
  }

  #import(): string {
    const chance = this.#chance;
    const context = chance.pick(['', '', ' with context', ' without context']);
    const file = chance.pick(["'lib.jinja'", "'lib.jinja'", "'sub/inner.jinja'", ...(this.#risk > 0 ? ["'nosuch.jinja'", "'broken.jinja'", "'wrong.jinja'"] : [])]);
    if (chance.happens(0.4)) return `${this.#tag(`import ${file} as imported${context}`)}{{ imported.val }}{{ imported.mac(7) }}`;
    const names = chance.pick(['val', 'mac', 'val, mac', 'val as other', 'mac as m1', ...(this.#risk > 0 ? ['nosuch', '_private'] : [])]);
    return `${this.#tag(`from ${file} import ${names}${context}`)}${this.#print()}`;
  }

  #load(): string {
    const chance = this.#chance;
    const kind = chance.pick(['yaml', 'json', 'text']);
    if (chance.happens(0.5)) return `${this.#tag(`import_${kind} ${chance.pick([`'data.${kind === 'text' ? 'txt' : kind}'`, "'data.yaml'", "'nosuch.yaml'"])} as data${chance.pick(['', ' with context'])}`)}{{ data }}`;
    const content = kind === 'json' ? chance.pick(['{"k": [1, {{ n }}]}', '[1, 2', '"x"']) : chance.pick(['k: {{ n }}\n', 'k: [1, 2', '- a\n- {{ t }}\n', 'a: b: c\n', '\tx: 1\n']);
    return `{% load_${kind} as data %}${content}{% endload %}{{ data }}`;
  }
}
