{%- set tplroot = tpldir.split('/')[0] %}
{%- from tplroot ~ '/map.jinja' import web with context %}

{{ sls }}:
  pkg.installed:
    - name: {{ web.package | json }}
    {%- if web.modules %}
    - require_in: {{ web.modules | map('regex_replace', '^mod_', '') | map('upper') | list | tojson }}
    {%- endif %}
service:
  service.{{ 'running' if web.service.enable | default(true) else 'dead' }}:
    {{ web.service | dict_to_sls_yaml_params | indent(4) }}
