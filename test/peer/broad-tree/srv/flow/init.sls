# Requisites of every kind.
include:
  - files
  - flow.more

exclude:
  - id: excluded
  - sls: flow.never

first:
  test.succeed_with_changes:
    - order: 1

fails:
  test.fail_without_changes: []

changes:
  cmd.run:
    - name: echo changed > /srv/made/flow
    - creates: /srv/made/flow
    - require:
      - file: /srv/made

needs:
  cmd.run:
    - name: touch /srv/made/needs
    - unless: test -e /srv/made/needs
    - require:
      - cmd: changes
      - sls: files.trees

after-failure:
  test.succeed_with_changes:
    - name: unused
    - require:
      - test: fails

on-failure:
  test.nop:
    - onfail:
      - test: fails

on-no-failure:
  test.nop:
    - onfail:
      - test: first

on-change:
  cmd.run:
    - name: echo on change >> /srv/made/on-change
    - onchanges:
      - cmd: changes

on-any-change:
  cmd.run:
    - name: echo on any >> /srv/made/on-any
    - onchanges_any:
      - test: fails
      - cmd: changes

watches:
  cmd.wait:
    - name: echo watched >> /srv/made/watched
    - watch:
      - cmd: changes

watches-file:
  file.managed:
    - name: /srv/made/watching
    - contents: w
    - watch_any:
      - cmd: changes
      - test: fails

before:
  cmd.run:
    - name: echo before >> /srv/made/before
    - prereq:
      - file: afterwards

afterwards:
  file.managed:
    - name: /srv/made/afterwards
    - contents: a
    - require:
      - file: /srv/made

listener:
  cmd.wait:
    - name: echo listened >> /srv/made/listened
    - listen:
      - cmd: changes

listened-in:
  test.succeed_without_changes:
    - listen_in:
      - cmd: listener

any-of:
  test.nop:
    - require_any:
      - test: fails
      - test: first

used:
  test.configurable_test_state:
    - changes: false
    - comment: used by others

uses:
  test.configurable_test_state:
    - use:
      - test: used

guarded-unless:
  cmd.run:
    - name: exit 9
    - unless:
      - 'true'
      - fun: test.true

guarded-only:
  cmd.run:
    - name: exit 9
    - onlyif:
      - 'true'
      - fun: file.file_exists
        path: /srv/never

guarded-creates:
  cmd.run:
    - name: exit 9
    - creates: [/etc/passwd, /etc/group]

turned-by-check:
  test.fail_without_changes:
    - check_cmd:
      - 'true'

turned-down-by-check:
  test.succeed_without_changes:
    - check_cmd:
      - 'false'

tried-again:
  cmd.run:
    - name: 'test -e /srv/made/tries && touch /srv/made/tried || { touch /srv/made/tries; false; }'
    - unless: test -e /srv/made/tried
    - retry: {attempts: 3, interval: 1}
    - require:
      - file: /srv/made

slot:
  test.configurable_test_state:
    - changes: false
    - comment: __slot__:salt:test.echo(from a slot) ~ of the run

stateful:
  cmd.run:
    - name: echo "changed=no comment='told by itself' word=x"
    - stateful: true

script:
  cmd.script:
    - name: salt://flow/script.sh
    - args: a 'b c'
    - cwd: /srv
    - creates: /srv/made/by-script
    - template: jinja

called:
  cmd.run:
    - names:
      - touch /srv/made/called-a
      - touch /srv/made/called-b
    - unless: test -e /srv/made/called-b
    - runas: root
    - umask: '077'
    - require:
      - file: /srv/made

whole-file:
  test.nop:
    - require:
      - sls: flow.more
    - name: whole

last:
  test.nop:
    - order: last
    - name: the end
