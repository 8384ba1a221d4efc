{%- import_yaml 'web/sites.yaml' as sites %}
{%- from 'web/map.jinja' import web with context %}

web:
  package: {{ web.package }}
  sites:
  {%- for name, site in sites | dictsort %}
    {{ name }}:
      port: {{ site.port }}
      workers: {{ site.get('workers', grains.get('num_cpus', 1)) }}
      {%- if site.get('tls') %}
      certificate: {{ web.certificates }}/{{ name }}.pem
      {%- endif %}
  {%- endfor %}
