{#- Loops, namespaces and filters: one state for each tool that the pillar names. -#}
{%- set count = namespace(tools=0) %}
{%- for name, tool in salt['pillar.get']('tools', {}) | dictsort if not tool.get('skip', false) %}
{%-   set count.tools = count.tools + 1 %}
tool-{{ name | replace('_', '-') }}:
  test.show_notification:
    - text: {{ '%s, port %05d, %s' | format(name, tool.port | default(0), tool.networks | default([]) | ipv4 | join(' and ') | default('no networks', true)) | yaml_dquote }}
    {%- if not loop.first %}
    - require:
      - test: tool-{{ loop.previtem[0] | replace('_', '-') }}
    {%- endif %}
{%- endfor %}

tools-counted:
  test.nop:
    - name: {{ count.tools }} tools
