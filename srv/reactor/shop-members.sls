# The service of a member changed, or connections came and went: the load balancer learns it.
# Tags: salt/beacon/*/service/shop, salt/presence/change
{% if tag.startswith('salt/beacon/') or data.get('lost') %}
members anew:
  runner.state.orchestrate:
    - args:
      - mods: shop-members
      - pillar:
          member: {{ data.get('id', '') | yaml_dquote }}
{% endif %}
