/** What is rendered: the same texts for both sides. */
import { dumpYaml } from '../../src/kernel/yaml/dump.js';

/** Some 2,000 lines of an SLS with loops, conditions and macros. */
export function longSls(): string {
  const head = `{%- macro entry(name, index, options={}) %}
{{ name }}-{{ index }}:
  file.managed:
    - name: /etc/{{ name | replace('_', '-') }}/{{ '%03d' % index }}.conf
    - mode: '{{ options.mode | default('0644') }}'
    - contents: |
        {{ options.get('text', 'none') | indent(8) }}
{%- endmacro %}
{%- set ns = namespace(total=0) %}
`;
  const block = (at: number): string => `{%- set group_${at} = ['a', 'b', 'c'] %}
# group ${at} of {{ grains.os }}
{%- for item in group_${at} %}
{%- if loop.first or item != 'zz' %}
{{ entry('group_${at}_' ~ item, loop.index, {'text': 'value ' ~ item | upper, 'mode': '0600'}) }}
    - user: {{ pillar.get('user', 'root') }}
{%- else %}
none-${at}: {}
{%- endif %}
{%- set ns.total = ns.total + 1 %}
{%- endfor %}
total-${at}:
  test.nop:
    - name: {{ ns.total }} {{ salt['test.echo']('x') if ${at} % 10 == 0 else '' }}
    - list: {{ range(${at} % 7) | list }}
    - order: {{ ${at} + 10 }}
static-${at}:
  cmd.run:
    - name: echo static ${at}
    - unless: test -e /tmp/${at}
    - require:
      - test: total-${at}
`;
  return head + Array.from({ length: 86 }, (_, at) => block(at)).join('\n');
}

/** About 2,000 lines of plain YAML. */
export function longYaml(): string {
  const entries = Array.from({ length: 250 }, (_, at): [string, Record<string, never>] => [`state-${at}`, {
    'file.managed': [{ name: `/etc/file-${at}.conf` }, { mode: '0644' }, { order: at }, { template: 'jinja' }, { context: { enabled: at % 2 === 0, text: 'it is: a text', ratio: 'x' } }],
  } as unknown as Record<string, never>]);
  return dumpYaml(Object.fromEntries(entries), { flowStyle: false });
}

/** Small pillars, all different. */
export const smallPillars = (): string[] => Array.from({ length: 1000 }, (_, at) => `role: r${at}
{% if grains.os == 'Debian' %}pkg: apache-${at}{% else %}pkg: httpd{% endif %}
ports: [{{ 8000 + ${at} }}, {{ 9000 + ${at} }}]
users:
{%- for user in ['alice', 'bob'] %}
  {{ user }}: {uid: {{ 1000 + loop.index }}, key: k${at}}
{%- endfor %}
`);
