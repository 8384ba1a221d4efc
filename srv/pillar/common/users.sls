{#- A macro keeps all accounts alike. -#}
{% macro account(name, uid, groups=[]) %}
  {{ name }}:
    uid: {{ uid }}
    home: /home/{{ name }}
    groups: {{ groups | json }}
{%- endmacro %}

users:
{{- account('ada', 2001, ['admin']) }}
{{- account('lin', 2002) }}
