{%- from 'site/map.jinja' import site with context %}
# A service with its configuration, and what belongs around it.
include:
  - packages
  - accounts
  - site.config

extend:
  site-config:
    file.managed:
      - mode: '0640'
      - require:
        - pkg: one
  daily-report:
    cmd.run:
      - name: echo extended >> /srv/made/report

service:
  service.running:
    - name: {{ site.service }}
    - enable: true
    - watch:
      - file: site-config

{% for name in site.names %}
host-{{ loop.index }}:
  host.present:
    - name: {{ name }}
    - ip: 192.0.2.{{ loop.index }}
{% endfor %}

address-with-comment:
  host.present:
    - name: six.example.org
    - ip: ['2001:db8::20']
    - comment: of the sixth kind

only-these:
  host.only:
    - name: 192.0.2.30
    - hostnames: [a.example.org, b.example.org]

old-host:
  host.absent:
    - name: old.example.org
    - ip: 192.0.2.99
