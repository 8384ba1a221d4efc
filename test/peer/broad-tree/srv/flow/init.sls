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
      - sls: flow.more

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

needs-a-failed-file:
  test.nop:
    - name: in vain
    - require:
      - sls: files.trees

on-any-failure:
  test.nop:
    - name: on any failure
    - onfail_any:
      - test: first
      - test: fails

on-all-failures:
  test.nop:
    - name: on all failures
    - onfail_all:
      - test: first
      - test: fails

changes-in:
  file.managed:
    - name: /srv/made/changes-in
    - contents: x
    - onchanges_in:
      - cmd: changed-from-there

changed-from-there:
  cmd.run:
    - name: echo there >> /srv/made/changed-from-there

goes-before:
  cmd.run:
    - name: echo before in >> /srv/made/before-in
    - require:
      - file: /srv/made

goes-after:
  file.managed:
    - name: /srv/made/goes-after
    - contents: y
    - prereq_in:
      - cmd: goes-before

other-use:
  test.configurable_test_state:
    - changes: false
    - result: true
    - use_in:
      - test: uses-too

uses-too:
  test.configurable_test_state:
    - comment: own words

required-any:
  test.nop:
    - name: required
    - require:
      - id: required-by-id

required-by-id:
  test.nop:
    - name: by id

{% for number in range(3) %}
beside-{{ number }}:
  cmd.run:
    - name: sleep 0.{{ 3 - number }}; touch /srv/made/beside-{{ number }}
    - creates: /srv/made/beside-{{ number }}
    - parallel: true
    - require:
      - file: /srv/made
{% endfor %}

after-those-beside:
  cmd.run:
    - name: ls /srv/made/beside-* > /srv/made/all-beside
    - creates: /srv/made/all-beside
    - require:
      - cmd: beside-*

with-event:
  test.succeed_without_changes:
    - fire_event: true
    - reload_modules: true

guard-of-functions:
  test.nop:
    - name: guarded
    - onlyif:
      - fun: match.grain
        tgt: 'kernel:Linux'
      - fun: file.directory_exists
        args: [/etc]

guard-with-result:
  test.nop:
    - name: guarded by a result
    - unless:
      - fun: grains.get
        key: kernel
        get_return: none

mode-of-shell:
  cmd.run:
    - name: |
        set -e
        for x in 1 2; do echo "line $x"; done | tee /srv/made/shell
        echo to the other >&2
    - shell: /bin/bash
    - env: {A: '1'}
    - output_loglevel: quiet
    - creates: /srv/made/shell
    - require: [{file: /srv/made}]

success-of-others:
  cmd.run:
    - name: touch /srv/made/others; exit 3
    - success_retcodes: [3]
    - unless: test -e /srv/made/others
    - require: [{file: /srv/made}]

too-slow:
  cmd.run:
    - name: sleep 20
    - timeout: 1
    - onlyif: test ! -e /srv/made/never

not-possible:
  cmd.run:
    - name: 'true'
    - cwd: /srv/never-was

no-such-user:
  cmd.run:
    - name: 'true'
    - runas: tsalt-never

as-other:
  cmd.run:
    - name: id -un > /srv/seed/of-daemon/whoami
    - runas: daemon
    - creates: /srv/seed/of-daemon/whoami

no-such-function:
  test.nothing_like_it: []

no-such-state:
  nothing.like_it: []

last:
  test.nop:
    - order: last
    - name: the end
