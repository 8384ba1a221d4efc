#!jinja|yaml
{%- load_yaml as data %}
numbers: [3, 1, 2]
{%- endload %}
{%- for number in data.numbers | sort %}
number-{{ number }}:
  test.nop:
    - order: {{ 10 - number }}
    - require_in:
      - test: whole-file
{%- endfor %}

excluded:
  test.fail_without_changes: []

shown:
  test.show_notification:
    - text: {{ salt['test.echo']('in words') }}

two-in-one:
  test.nop: []
  file.managed:
    - name: /srv/made/two-in-one
    - contents: {{ tplfile }} {{ tpldir }} {{ slspath }} {{ sls_path }}
    - watch_in:
      - cmd: watched-in

watched-in:
  cmd.wait:
    - name: echo in >> /srv/made/watched-in
