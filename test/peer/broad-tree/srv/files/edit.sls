{%- set file = '/srv/seed/edit.conf' %}
appended:
  file.append:
    - name: {{ file }}
    - text:
      - appended one
      - alpha = 1

prepended:
  file.prepend:
    - name: {{ file }}
    - text: '# on top'

appended-from-source:
  file.append:
    - name: /srv/seed/appended
    - sources: [salt://files/sources/plain.txt]

replaced:
  file.replace:
    - name: {{ file }}
    - pattern: '^beta\s*=.*$'
    - repl: 'beta = {{ 2 * 21 }}'
    - flags: [MULTILINE]

replaced-or-appended:
  file.replace:
    - name: {{ file }}
    - pattern: '^delta =.*$'
    - flags: [MULTILINE]
    - repl: 'delta = new'
    - append_if_not_found: true
    - backup: .old

replaced-nothing:
  file.replace:
    - name: /srv/seed/keep
    - pattern: 'not in it'
    - repl: x

lined:
  file.line:
    - name: {{ file }}
    - mode: insert
    - after: '^gamma'
    - content: after gamma

line-deleted:
  file.line:
    - name: {{ file }}
    - mode: delete
    - match: drop me
    - content: drop me

line-ensured:
  file.line:
    - name: {{ file }}
    - mode: ensure
    - before: '^omega'
    - content: before omega

blocked:
  file.blockreplace:
    - name: {{ file }}
    - marker_start: '# START of ours'
    - marker_end: '# END of ours'
    - content: base of the block
    - append_if_not_found: true
    - require:
      - file: accumulated-*

accumulated-a:
  file.accumulated:
    - name: block
    - filename: {{ file }}
    - text: accumulated a
    - require_in:
      - file: blocked

accumulated-b:
  file.accumulated:
    - name: block
    - filename: {{ file }}
    - text: [accumulated b, accumulated c]
    - require_in:
      - file: blocked

commented:
  file.comment:
    - name: /srv/seed/comment.conf
    - regex: '^on .*'
    - backup: false

uncommented:
  file.uncomment:
    - name: /srv/seed/uncomment.conf
    - regex: '^off .*'

key-values:
  file.keyvalue:
    - name: /srv/seed/keys.conf
    - key_values:
        Port: '2222'
        PermitRootLogin: 'no'
        Absent: added
    - separator: ' '
    - uncomment: '# '
    - key_ignore_case: true
    - append_if_not_found: true

patched:
  file.patch:
    - name: /srv/seed/patched
    - source: salt://files/sources/one.patch

bad-patch:
  file.patch:
    - name: /srv/seed/keep
    - source: salt://files/sources/one.patch

append-to-nothing:
  file.append:
    - name: /srv/seed/nowhere/file
    - text: x
