{%- set tplroot = tpldir.split('/')[0] %}
{%- from tplroot ~ '/map.jinja' import web, options_text with context %}
{%- from tplroot ~ '/libtofs.jinja' import files_switch with context %}
{%- import tplroot ~ '/macros.jinja' as m with context %}
{%- set sls_package = tplroot ~ '.package.install' %}

include:
  - {{ sls_package }}

main-file:
  file.managed:
    - name: {{ web.config.dir }}/main.conf
    - source:
      {{ files_switch(['main.conf', 'main.conf.jinja'], lookup='main-file', use_subpath=true) }}
    - mode: {{ web.config.mode }}
    - template: jinja
    - context:
        options: {{ web.config.options | json }}
        text: {{ options_text | join(';') | yaml_dquote }}
{%- for name, site in web.sites | dictsort %}
{{ m.site_id(name) }}:
  file.managed:
    - name: {{ web.config.dir }}/sites/{{ '%03d' % site.priority | default(loop.index * 10) }}-{{ name }}.conf
    - contents: |
        {% set banner %}{% call(width) m.wrapped(name) %}{{ '-' * width }}{% endcall %}{% endset %}{{ banner | indent(8) }}
        {{ site | yaml(false) | indent(8) }}
    {{- m.requisites('require', ['sls: ' ~ sls_package, 'file: main-file']) }}
    {%- if not loop.first %}
    {{- m.requisites('onlyif', [loop.previtem[0], loop.previtem | last | length]) }}
    {%- endif %}
{%- else %}
no-sites:
  test.nop: []
{%- endfor %}
