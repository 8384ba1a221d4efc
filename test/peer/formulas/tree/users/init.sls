{%- import_yaml 'users/defaults.yaml' as defaults %}
{%- set all_groups = [] %}
{%- set ns = namespace(highest=1000, keys={}) %}
{%- for name, user in salt['pillar.get']('users', {}).items() if user is mapping and not user.get('absent') %}
{%-   set own = salt['slsutil.merge'](defaults.users, user, strategy='recurse', merge_lists=true) %}
{%-   set home = own.home | default('/home/' ~ name) %}
{%-   do all_groups.extend(own.groups) %}
{%-   set ns.highest = [ns.highest, own.uid | default(0) | int] | max %}
{%-   for key in own.ssh_keys | default([]) %}
{%-     set kind, data = key.split(' ')[:2] %}
{%-     do ns.keys.setdefault(name, []).append(kind ~ ':' ~ data | sha256 | truncate(12, true, '')) %}
{%-   endfor %}
user-{{ name }}:
  user.present:
    - name: {{ name }}
    - home: {{ home }}
    - shell: {{ own.shell }}
    {%- if own.uid is defined %}
    - uid: {{ own.uid }}
    {%- endif %}
    - groups: {{ own.groups | unique | sort | list }}
    - fullname: {{ own.fullname | default(name | title) | yaml_encode }}
    - password: {{ own.password | default('!') | yaml_squote }}
  file.directory:
    - name: {{ home }}
    - mode: {{ own.home_mode }}
{%- if own.sudo | default(false) is sameas true %}
sudo-{{ name }}:
  test.configurable_test_state:
    - comment: {{ ("%s ALL=(ALL) NOPASSWD: ALL # %5.1f%%" % (name, 99.5)) | yaml_dquote }}
{%- endif %}
{% endfor %}
summary:
  test.nop:
    - groups: {{ all_groups | groupby('__nothing__', default='all') | length }} {{ all_groups | unique | list | length }}
    - highest: {{ ns.highest }}
    - keys: {{ ns.keys | json }}
    - absent: {{ salt['pillar.get']('users', {}) | dictsort | selectattr('1.absent', 'defined') | map('first') | list }}
    - umask: {{ defaults.users.umask }}
