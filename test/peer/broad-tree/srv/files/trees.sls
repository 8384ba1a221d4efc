{%- set out = '/srv/made' %}
tree:
  file.recurse:
    - name: {{ out }}/tree
    - source: salt://files/sources/tree
    - user: daemon
    - file_mode: '0640'
    - dir_mode: '0750'
    - exclude_pat: 'E@\.bak$'

tree-cleaned:
  file.recurse:
    - name: /srv/seed/clean
    - source: salt://files/sources/tree
    - clean: true
    - file_mode: keep

tree-rendered:
  file.recurse:
    - name: {{ out }}/tree-rendered
    - source: salt://files/sources/templates
    - template: jinja
    - context: {word: from the state}
    - include_pat: '*.txt'

no-tree:
  file.recurse:
    - name: {{ out }}/no-tree
    - source: salt://files/sources/nowhere

owned:
  file.directory:
    - name: /srv/seed/tree
    - user: daemon
    - group: bin
    - dir_mode: '0700'
    - file_mode: '0600'
    - recurse: [user, group, mode]

emptied:
  file.directory:
    - name: /srv/seed/emptied
    - clean: true
    - exclude_pat: 'stay*'
    - require:
      - file: stays-in-emptied

stays-in-emptied:
  file.managed:
    - name: /srv/seed/emptied/managed
    - contents: managed

deep-directory:
  file.directory:
    - name: {{ out }}/a/b/c
    - makedirs: true
    - mode: '2770'
    - group: bin

file-in-the-way:
  file.directory:
    - name: /srv/seed/keep

forced-directory:
  file.directory:
    - name: /srv/seed/to-directory
    - force: true

tidied:
  file.tidied:
    - name: /srv/seed/tidied
    - matches: ['.*\.tmp$']
    - recurse: true
    - rmdirs: true

pruned:
  file.pruned:
    - name: /srv/seed/pruned
    - recurse: true
