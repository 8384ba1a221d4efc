/** A state tree in which most of the language stands, for real Salt and for ours. `@OUT@` is a folder to write to. */
export const TREE: Readonly<Record<string, string>> = {
  'top.sls': "base:\n  '*':\n    - web\n    - match: glob\n",
  'web/init.sls': `include:
  - .files
  - db

{% set names = ['one', 'two', 'three'] %}
{% for name in names %}
nop-{{ name }}:
  test.nop:
    - order: {{ loop.revindex }}
{% endfor %}

changes:
  test.succeed_with_changes:
    - require_in:
      - test: fails
    - watch_in:
      - test: watcher

watcher:
  test.succeed_without_changes: []

fails:
  test.fail_without_changes: []

needs-failed:
  test.nop:
    - require:
      - test: fails

on-failure:
  test.succeed_with_changes:
    - onfail:
      - test: fails

not-changed:
  test.nop:
    - onchanges:
      - test: nop-one

any-of:
  test.nop:
    - require_any:
      - test: fails
      - test: nop-two

tried-before:
  test.nop:
    - prereq:
      - test: will-change

will-change:
  test.succeed_with_changes: []

listens:
  test.nop:
    - listen:
      - test: changes

guarded:
  cmd.run:
    - name: echo {{ pillar.get('word', 'none') }}
    - unless: 'true'

guarded-twice:
  cmd.run:
    - names:
      - echo a
      - echo b
    - onlyif:
      - 'true'
      - fun: test.true

checked:
  test.fail_without_changes:
    - check_cmd:
      - 'true'

uses:
  test.configurable_test_state:
    - use:
      - test: used

used:
  test.configurable_test_state:
    - changes: false
    - comment: used by others

slots:
  test.configurable_test_state:
    - changes: false
    - comment: __slot__:salt:test.echo(hello)

tried-again:
  cmd.run:
    - name: exit 3
    - retry: {attempts: 2, interval: 1}
`,
  'web/files.sls': `folder:
  file.directory:
    - name: @OUT@/d
file:
  file.managed:
    - name: @OUT@/d/f
    - contents: |
        id of {{ sls }} in {{ tpldir }}
    - require:
      - file: folder
extend:
  db-nop:
    test:
      - require:
        - file: file
`,
  'db.sls': 'db-nop:\n  test.nop\n',
  'broken.sls': 'x:\n  test.nop:\n    - require:\n      - test: nowhere\n',
  'circle.sls': 'a:\n  test.nop:\n    - require: [{test: b}]\nb:\n  test.nop:\n    - require: [{test: a}]\n',
  'syntax.sls': 'a:\n  - b\n c: d\n',
  'undefined.sls': '{{ nothing.here }}\n',
  'twice.sls': 'include: [db]\ndb-nop:\n  test.nop\n',
  'stops.sls': 'a:\n  test.fail_without_changes:\n    - failhard: true\n    - order: 1\nb:\n  test.nop: []\n',
  'excluded.sls': 'include: [db]\nexclude:\n  - id: db-nop\nb:\n  test.nop: []\n',
};

/** Words after `salt-call --local`, or after `salt ID`. */
export const CALLS: readonly (readonly string[])[] = [
  ['state.apply', 'web', 'test=True'],
  ['state.apply', 'web'],
  ['state.apply', 'web', 'pillar={word: given}'],
  ['state.highstate'],
  ...['broken', 'circle', 'syntax', 'undefined', 'twice', 'stops', 'excluded', 'nowhere'].map((sls) => ['state.apply', sls]),
  ['state.show_sls', 'web'], ['state.show_low_sls', 'web'], ['state.show_lowstate'], ['state.show_top'], ['state.show_states'], ['state.show_state_usage'],
  ['state.show_highstate'], ['state.graph', 'web'],
  ['state.sls_id', 'needs-failed', 'web'], ['state.single', 'test.succeed_with_changes', 'x'], ['state.single', 'no.such', 'x'],
  ['state.sls_exists', 'db,nowhere'], ['state.id_exists', 'db-nop', 'db'],
  ['state.template_str', 'x: test.nop'],
];
