# A host of the middleware started. Tag: salt/minion/app*/start
{{ data['id'] }} joins:
  runner.state.orchestrate:
    - args:
      - mods: shop-joins
      - pillar:
          member: {{ data['id'] | yaml_dquote }}
