#!jinja|yaml
# The first line names the renderers. Data can also be written by code: see numbers.sls.
{%- load_yaml as settings %}
unit: MB
limits: {small: 10, large: 1_000}
{%- endload %}
report:
  test.show_notification:
    - text: |
        {%- for name, limit in settings.limits.items() %}
        {{ name | title }}: {{ '{:>8,} {}'.format(limit, settings.unit) }}
        {%- endfor %}
