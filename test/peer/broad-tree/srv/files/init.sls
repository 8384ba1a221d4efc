{%- from 'files/macros.jinja' import small_file with context %}
{%- set out = '/srv/made' %}
include:
  - .edit
  - .trees

{{ out }}:
  file.directory:
    - mode: '0750'
    - order: 1

{{ small_file(out ~ '/one', 'of a macro') }}
{{ small_file(out ~ '/deep/er/two', 'with "quotes" and ümlauts', mode='0600') }}

plain:
  file.managed:
    - name: {{ out }}/plain
    - source: salt://files/sources/plain.txt
    - user: daemon
    - group: bin
    - mode: '0604'
    - backup: minion

first-of-list:
  file.managed:
    - name: {{ out }}/first
    - source:
      - salt://files/sources/none-{{ grains['id'] }}.txt
      - salt://files/sources/plain.txt
    - keep_source: false

rendered:
  file.managed:
    - name: {{ out }}/rendered
    - source: salt://files/sources/site.conf.jinja
    - template: jinja
    - defaults: {words: [a, b], port: 1}
    - context: {port: {{ pillar['site']['port'] }}}
    - show_changes: true

by-hash:
  file.managed:
    - name: {{ out }}/by-hash
    - source: salt://files/sources/run.sh
    - source_hash: sha256=306c6ca7407560340797866e077e053627ad409277d1b9da58106fce4cf717cb
    - mode: keep

from-pillar:
  file.managed:
    - name: {{ out }}/motd
    - contents_pillar: motd

from-grain:
  file.managed:
    - name: {{ out }}/kernel
    - contents_grains: kernel
    - contents_newline: false

lines:
  file.managed:
    - name: {{ out }}/lines
    - contents:
      - first
      - ''
      - third

silent:
  file.managed:
    - name: {{ out }}/silent
    - contents: a secret of the file
    - show_changes: false
    - mode: '0400'

not-replaced:
  file.managed:
    - name: /srv/seed/keep
    - contents: other words
    - replace: false
    - mode: '0600'

replaced-with-backup:
  file.managed:
    - name: /srv/seed/backup
    - contents: new words
    - backup: minion

several:
  file.managed:
    - names:
      - {{ out }}/several/a
      - {{ out }}/several/b: [{mode: '0755'}, {contents: b is special}]
    - contents: of several
    - makedirs: true
    - dir_mode: '0711'

checked:
  file.managed:
    - name: {{ out }}/checked
    - contents: '[ 1 = 1 ]'
    - check_cmd: sh -n

refused:
  file.managed:
    - name: {{ out }}/refused
    - contents: 'if'
    - check_cmd: sh -n

no-source:
  file.managed:
    - name: {{ out }}/no-source
    - source: salt://files/sources/none.txt

link:
  file.symlink:
    - name: {{ out }}/link
    - target: plain

deep-link:
  file.symlink:
    - name: {{ out }}/links/deep
    - target: {{ out }}/plain
    - makedirs: true
    - mode: '0700'

forced-link:
  file.symlink:
    - name: /srv/seed/to-link
    - target: {{ out }}
    - force: true

link-in-the-way:
  file.symlink:
    - name: /srv/seed/keep
    - target: {{ out }}

hard:
  file.hardlink:
    - name: {{ out }}/hard
    - target: /srv/seed/keep

gone:
  file.absent:
    - names:
      - /srv/seed/gone
      - /srv/seed/full
      - /srv/seed/never-was

there:
  file.exists:
    - name: /srv/seed/keep

not-there:
  file.missing:
    - name: /srv/seed/keep

touched:
  file.touch:
    - name: {{ out }}/touched/file
    - makedirs: true
    - unless: test -e {{ out }}/touched/file

pipe:
  file.mknod:
    - name: {{ out }}/pipe
    - ntype: p
    - mode: '0640'

copied:
  file.copy:
    - name: {{ out }}/copied
    - source: /srv/seed/keep
    - user: daemon
    - mode: '0640'

copied-tree:
  file.copy:
    - name: {{ out }}/copied-tree
    - source: /srv/seed/tree

moved:
  file.rename:
    - name: {{ out }}/moved
    - source: /srv/seed/moved

data-json:
  file.serialize:
    - name: {{ out }}/data.json
    - dataset_pillar: site
    - serializer: json
    - serializer_opts: [{indent: 2}]

data-yaml:
  file.serialize:
    - name: {{ out }}/data.yaml
    - dataset: {{ pillar['site'] | json }}
    - serializer: yaml

data-merged:
  file.serialize:
    - name: /srv/seed/merged.json
    - dataset: {new: [1, 2.5, null], deep: {b: 2}}
    - merge_if_exists: true
    - serializer: json

decoded:
  file.decode:
    - name: {{ out }}/decoded
    - encoded_data: |
        ZGVjb2RlZCB3b3Jkcwo=
    - encoding_type: base64

cached:
  file.cached:
    - name: salt://files/sources/plain.txt
