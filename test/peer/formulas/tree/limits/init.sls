#!jinja|yaml
{%- load_yaml as sysctl %}
net.ipv4.ip_forward: 1
vm.swappiness: 10
kernel.hostname: {{ grains.id }}
flags: [yes, no, 0644, 12:30, 1.10, ~]
{%- endload %}
{%- load_json as small %}{"a": [1, 1.0, null, true]}{% endload %}
{%- import_text 'limits/raw.txt' as raw -%}
{% raw %}
# {{ not rendered }}
{% endraw %}
{%- set widest = sysctl.keys() | map('length') | max %}
{% for key, value in sysctl.items() -%}
{{ loop.index0 }}-{{ key }}:
  test.nop: [{{ loop.cycle('odd', 'even') }}, {{ value | string | yaml_dquote }}, {{ ('%-*s|' % (widest, key)) | yaml_dquote }}, {{ (value ~ '') | to_num if value is number else 'no number' }}]
  {%- if loop.changed(value is number) %}
  kind: {{ 'number' if value is number else value.__class__ if false else 'other' }}
  {%- endif %}
{% endfor %}
raw: {{ raw | yaml_dquote }}
small: {{ small }}
text: |
  {{ raw | indent(2) }}
folded: >-
  {{ lipsum is callable }} {{ range(1, 10, 3) | list }}
  {{ [3, 1, 2] | sort(reverse=true) | join('>') }}
{%- filter indent(width=2) %}
block:
  - {{ 'one' | regex_replace('o(n)', '\\1o') }}
  - {{ 'a1b22' | regex_search('([a-z])(\\d+)$') | list }}
{%- endfilter %}
'quoted {{ "key" }}': {{ {'b': 1, 'a': {'z': [1, 2], 'y': none}} | yaml(false) | indent(2) | replace('\n', '\n ') | yaml_dquote }}
base60: 1:30
{{ 'octal' | upper }}: 0755
