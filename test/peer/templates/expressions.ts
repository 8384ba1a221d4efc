/** Random expressions of templates. The same seed gives the same ones. */

import { Chance } from './random.js';

const INTS = ['0', '1', '-1', '2', '7', '-7', '10', '255', '1000000', '9007199254740993', '123456789012345678901234567890'];
const FLOATS = ['0.0', '1.0', '-1.5', '2.5', '0.1', '3.14159', '1e16', '1e-5', '1e300', '100.0'];
const TEXTS = ["''", "'a'", "'Hello World'", "'  pad  '", "'a,b,,c'", "'x=1'", "'äöü ß'", "'😀 smile'", "'it\\'s'", "'line1\\nline2'", "'42'", "'3.5'", "'0x1F'", "'ABC'", "'tab\\there'", "'<b>&\"'", "'10.0.0.1'", "'a-b_c'"];
const OTHERS = ['none', 'true', 'false'];
const LISTS = ['[]', '[1, 2, 3]', "['b', 'a', 'C']", '[3, 1, 2]', "[1, 'a', none]", '[[1, 2], [3]]', '[1.5, 2, true]', "['x', 'x', 'y']", '(1, 2)', "('a',)", '()', "[{'n': 2, 'k': 'b'}, {'n': 1, 'k': 'a'}]", 'range(5)'];
const DICTS = ['{}', "{'a': 1}", "{'b': 2, 'a': [1, {'c': none}]}", "{1: 'x', 'k': 2.0}", "{'t': 'two\\nlines'}", 'grains'];

const METHODS = [
  'upper()', 'lower()', 'title()', 'capitalize()', 'swapcase()', 'strip()', "strip('a ')", 'split()', "split(',')", "split(',', 1)", 'rsplit(none, 1)', 'splitlines()', "replace('a', 'XY')", "replace('', '-')",
  "find('l')", "rfind('o')", "count('')", "count('a')", "startswith('H')", "endswith(('d', 'c'))", 'isdigit()', 'isalpha()', 'isspace()', 'islower()', 'istitle()', 'isupper()', 'isnumeric()', 'isidentifier()', 'zfill(6)', "center(9, '*')", 'ljust(8)', "rjust(8, '.')",
  "partition('=')", "rpartition(',')", "join(['p', 'q'])", "removeprefix('a')", "removesuffix('c')", 'expandtabs(4)', 'encode()', 'casefold()', "index('z')", "format(1, a='b')", 'items()', 'keys()', 'values()', "get('a')", "get('zz', 5)", 'copy()', "pop('a')", 'popitem()', "setdefault('q', 1)", "update({'z': 9})",
  'append(1)', 'extend([9])', 'insert(0, 9)', 'pop()', 'reverse()', 'sort()', 'count(1)', 'index(2)', 'remove(1)', 'clear()', 'bit_length()', 'is_integer()', 'as_integer_ratio()', 'nosuch()', 'real', 'imag', '__class__', 'a', '0',
];
const FILTERS = [
  'abs', 'capitalize', 'center(12)', "default('dd')", "d('dd', true)", 'dictsort', "dictsort(false, 'value')", 'dictsort(reverse=true)', 'escape', 'filesizeformat', 'filesizeformat(true)', 'first', 'float', 'float(9.5)', 'forceescape', 'indent', 'indent(2, true)', 'int', 'int(7)', 'int(0, 16)', 'items | list', "join(', ')", 'last', 'length', 'list', 'lower',
  "map('string') | list", "map(attribute='n') | list", 'pprint', "reject('odd') | list", "replace('a', 'o')", 'reverse | list', 'round', 'round(1)', "round(0, 'floor')", "round(2, 'ceil')", 'safe', "select('string') | list", "selectattr('n', '>', 1) | list", 'slice(2) | list', 'batch(2, 0) | list', 'sort', 'sort(reverse=true)', "sort(attribute='n')", "groupby('k')",
  'string', 'striptags', 'sum', "sum(attribute='n')", 'title', 'trim', 'truncate(5)', 'truncate(5, true, "!", 0)', 'unique', 'upper', 'urlencode', 'wordcount', 'wordwrap(5)', 'xmlattr', 'min', 'max', 'tojson', 'tojson(indent=2)', 'json', 'yaml', 'yaml(false)', 'python', 'yaml_encode', 'yaml_dquote', 'yaml_squote', 'load_yaml', 'load_json',
  'to_bool', 'to_num', 'is_hex', 'human_to_bytes', 'contains_whitespace', 'quote', 'regex_escape', "regex_search('(a)(b)?')", "regex_match('H(.)')", "regex_replace('[aeiou]', '#')", 'to_snake_case', 'to_camelcase', 'skip', 'is_list', 'is_iter', 'sequence', 'flatten', 'flatten(levels=1)', 'avg', 'exactly_n_true(2)', 'exactly_one_true', "union([1, 'z'])", 'intersect([1, 2])', 'difference([1])', 'symmetric_difference([1, 8])',
  'compare_lists([1])', "compare_dicts({'a': 2})", "traverse('a')", "traverse('b:0', 'no')", "set_dict_key_value('x:y', 1)", "append_dict_key_value('l', 1)", "update_dict_key_value('u', {'v': 1})", 'to_entries', 'from_entries', 'md5', 'sha256', 'base64_encode', 'base64_decode', 'is_ip', 'is_ipv4', 'is_ipv6', "ipaddr('private')", 'ip_host', 'network_size', 'ipwrap', "path_join('c', '../d')", 'zip([1, 2]) | list', 'combinations(2) | list', 'permutations(2) | list', "json_query('[0]')", "json_query('a')", 'uuid', 'strftime', "check_whitelist_blacklist('a*')", 'sorted_ignorecase', "random_shuffle(seed='3')", 'xml', 'dict_to_sls_yaml_params', 'json_encode_list', 'to_bytes', 'urlize', 'format(1)', 'count', 'wordwrap(3, false)', 'attr("upper")',
];
const TESTS = ['defined', 'none', 'string', 'number', 'integer', 'float', 'boolean', 'mapping', 'sequence', 'iterable', 'list', 'odd', 'even', 'divisibleby 2', 'in [1, 2]', 'eq 1', 'gt 1', 'lower', 'upper', 'callable', 'sameas none', 'true', 'false', "match('[a-z]')", 'undefined', 'escaped', 'filter', 'test'];
const OPERATORS = ['+', '-', '*', '/', '//', '%', '**', '~', '==', '!=', '<', '<=', '>', '>=', 'in', 'not in', 'and', 'or'];
const POWERS = ['0', '1', '2', '-1', '3', '0.5', 'none', "'a'"];
const FORMATS = ['%s', '%d', '%5d', '%-5d|', '%05.1f', '%x', '%#o', '%e', '%g', '%r', '%+d', '%.2s', '%c', '%i%%', '%10s', '%G', '%X'];
const SPECS = ['', '>8', '<8', '^9', '*^9', '05', '.2f', ',', '_', 'x', '#x', 'b', 'o', 'e', 'g', '%', '+', ' ', '8.3f', '.3', 's', 'd', '08.2f', 'c', 'n', '=+8'];
const SLICES = ['[0]', '[-1]', '[1:]', '[:-1]', '[::2]', '[::-1]', '[1:3]', '[5]', "['a']", '[none]', '[1:2:0]', '[-3:]', '[1.5]', '[true]'];

export class Expressions {
  readonly #chance: Chance;

  constructor(seed: number) {
    this.#chance = new Chance(seed);
  }

  #pick<T>(items: readonly T[]): T {
    return this.#chance.pick(items);
  }

  #literal(): string {
    return this.#pick(this.#pick([INTS, FLOATS, TEXTS, TEXTS, OTHERS, LISTS, DICTS]));
  }

  #value(depth: number): string {
    if (depth <= 0 || this.#chance.happens(0.4)) return this.#literal();
    return `(${this.#expression(depth - 1)})`;
  }

  #expression(depth: number): string {
    switch (this.#chance.below(9)) {
      case 0: return this.#operation(depth);
      case 1: case 2: return `(${this.#value(depth)}).${this.#pick(METHODS)}`;
      case 3: case 4: return `${this.#value(depth)} | ${this.#pick(FILTERS)}`;
      case 5: return `${this.#value(depth)} is ${this.#chance.happens(0.3) ? 'not ' : ''}${this.#pick(TESTS)}`;
      case 6: return `(${this.#value(depth)})${this.#pick(SLICES)}`;
      case 7: return `'${this.#pick(FORMATS)}' % ${this.#value(depth)}`;
      default: return `'{:${this.#pick(SPECS)}}'.format(${this.#value(depth)})`;
    }
  }

  /** Powers stay small: Python counts without a limit. */
  #operation(depth: number): string {
    const operator = this.#pick(OPERATORS);
    return `${this.#value(depth)} ${operator} ${operator === '**' ? this.#pick(POWERS) : this.#value(depth)}`;
  }

  /** A template that prints one expression. */
  next(): string {
    return `{{ ${this.#expression(2)} }}`;
  }
}
