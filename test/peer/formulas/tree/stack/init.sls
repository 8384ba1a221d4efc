#!jinja|yaml
{% from 'stack/map.jinja' import mapdata, seen with context %}
{{ sls ~ '/' ~ slspath }}:
  test.show: {{ mapdata | yaml }}
seen: {{ seen }}
traversed: {{ mapdata | traverse('deep:x', 'nothing') | json }} {# of text #}
{{ '{0:>8}|{1!r}|{2:%}'.format('k', seen | first | default('-'), 0.25) | yaml_squote }}: {{ mapdata | json_query('list[0]') }}
{% set renderer = salt['slsutil.renderer'](string='x: {{ y | default(1) }}\n', y=mapdata.a) -%}
rendered: {{ renderer.x }}
