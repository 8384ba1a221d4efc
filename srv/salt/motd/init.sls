{%- from 'motd/map.jinja' import motd with context %}

motd-file:
  file.managed:
    - name: {{ motd.path }}
    - source: salt://{{ tpldir }}/files/motd.jinja
    - template: jinja
    - user: {{ motd.owner }}
    - mode: {{ motd.mode | yaml_squote }}
    - context:
        lines: {{ motd.lines | json }}
