{%- from tpldir ~ '/map.jinja' import site with context %}
site-config:
  file.managed:
    - name: {{ site.config }}
    - source: salt://files/sources/site.conf.jinja
    - template: jinja
    - context: {{ {'port': site.port, 'words': site.names} | tojson }}
    - mode: '0644'

daily-report:
  cmd.run:
    - name: echo original
    - creates: /srv/made/report
    - require:
      - file: /srv/made
