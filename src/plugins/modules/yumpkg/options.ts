/** Options of the command line of yum and dnf, from keyword arguments. */
import { InvocationError } from '../../../kernel/contract/errors.js';
import { str } from '../../../kernel/std/python-text.js';
import { isTruthy, type PlainMap, type Value } from '../../../kernel/std/value.js';
import { splitWords } from '../pkg/targets.js';

const OWN = new Set(['fromrepo', 'repo', 'disablerepo', 'enablerepo', 'disableexcludes', 'branch', 'setopt', 'get_extra_options']);

const listOf = (value: Value): readonly Value[] => (Array.isArray(value) ? value as readonly Value[] : [value]);

/** Which repositories, which excludes, which settings. */
export function yumOptions(kwargs: PlainMap): string[] {
  const given = (name: string): Value => (isTruthy(kwargs[name]) ? kwargs[name] ?? null : null);
  const each = (option: string, value: Value): string[] => (value === null ? [] : listOf(value).map((item) => `--${option}=${str(item)}`));
  const only = given('fromrepo') ?? given('repo');
  const repositories = only === null
    ? [...each('disablerepo', given('disablerepo')), ...each('enablerepo', given('enablerepo'))]
    : ['--disablerepo=*', `--enablerepo=${str(only)}`];
  return [
    ...repositories,
    ...(given('disableexcludes') === null ? [] : [`--disableexcludes=${str(given('disableexcludes'))}`]),
    ...(given('branch') === null ? [] : [`--branch=${str(given('branch'))}`]),
    ...splitWords(kwargs['setopt']).map((item) => `--setopt=${item}`),
  ];
}

/** As `yumOptions`, and every other argument that is text or True as an option of its own. @throws InvocationError */
export function yumOptionsWithOthers(kwargs: PlainMap): string[] {
  const others = Object.keys(kwargs).filter((key) => !OWN.has(key) && !key.startsWith('__')).toSorted();
  return [...yumOptions(kwargs), ...others.flatMap((key) => {
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(key)) throw new InvocationError(`'${key}' is no name of an option`);
    const value = kwargs[key];
    if (typeof value === 'string') return [`--${key}=${value}`];
    return value === true ? [`--${key}`] : [];
  })];
}
