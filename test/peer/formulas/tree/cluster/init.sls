{%- set nodes = salt['pillar.get']('cluster:nodes', []) %}
{%- macro tree(data, depth=0) %}
{%- for key, value in data | dictsort %}
{{ '  ' * depth }}{{ key }}{% if value is mapping %}/{{ tree(value, depth + 1) }}{% elif value is iterable and value is not string %} = {{ value | join(',') }}{% else %} = {{ value }}{% endif %}
{%- endfor %}
{%- endmacro %}
{%- set networks = nodes | map(attribute='address') | select('is_ipv4') | map('network_hosts') | list if false else [] %}
{%- set by_zone = {} %}
{%- for zone, members in nodes | groupby('zone') %}
{%- do by_zone.update({zone: members | map(attribute='name') | sort | list}) %}
{%- endfor %}
{%- set private = nodes | map(attribute='address') | list | ipaddr('private') %}
peers:
  test.nop:
    - zones: {{ by_zone | json }}
    - private: {{ private }}
    - hosts: {{ ('10.0.0.0/29' | network_hosts)[:3] }}
    - first: {{ nodes | first | tojson if nodes else 'none' }}
    - weights: {{ nodes | sum(attribute='weight') }} {{ nodes | map(attribute='weight') | map('float') | list | avg if nodes else 0 }}
    - newest: {{ (nodes | sort(attribute='version', reverse=true) | first).name if nodes else none }}
    - ids: {{ nodes | map(attribute='name') | map('uuid') | map('truncate', 8, true, '') | list }}
tree: |
  {{ tree(salt['pillar.get']('cluster:tree', {})) | indent(2) }}
{%- for batch in nodes | batch(2, {'name': 'none'}) %}
batch-{{ loop.index }}: {{ batch | map(attribute='name') | join(' ') }}{{ '' if loop.last else ' ...' }}
{%- endfor %}
{%- for item in [1, [2, [3, [4]]]] recursive %}
depth-{{ loop.depth }}-{{ loop.index }}: {% if item is iterable %}list{{ loop(item) }}{% else %}{{ item }}{% endif %}
{%- endfor %}
match: {{ salt['match.glob']('web*') }} {{ salt['match.compound']('G@os:* and web1') }}
option: {{ salt['config.option']('no:such', 'fallback') }} {{ salt['config.merge']('cluster:tree', {}) | json }}
